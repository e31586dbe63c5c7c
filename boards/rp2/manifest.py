# What the port freezes, as far as it needs no micropython-lib, and the library.
freeze("$(PORT_DIR)/modules")
include("$(MPY_DIR)/extmod/asyncio")
include("../../mpy_lib/manifest.py")
