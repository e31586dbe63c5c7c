# What the port freezes, and the library.
include("$(PORT_DIR)/boards/manifest.py")
include("../../mpy_lib/manifest.py")
