# The library comes frozen, so its code needs no RAM.
freeze("modules")
include("../../mpy_lib/manifest.py")
