# What the board freezes, with drivers of its sensors, and the library.
include("$(PORT_DIR)/boards/ARDUINO_NANO_33_BLE_SENSE/manifest.py")
include("../../mpy_lib/manifest.py")
