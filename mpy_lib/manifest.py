# Freezes the library into firmware: FROZEN_MANIFEST=<this file>.
package("octograd")
