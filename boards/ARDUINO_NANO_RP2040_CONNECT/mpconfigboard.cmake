# MicroPython's board without Bluetooth, whose stack is in no package; header and pins are in its
# folder.
set(MICROPY_BOARD_DIR ${MICROPY_PORT_DIR}/boards/${MICROPY_BOARD})
set(PICO_BOARD arduino_nano_rp2040_connect)
set(PICO_PLATFORM rp2040)
set(MICROPY_PY_NETWORK_NINAW10 1)
set(MICROPY_HW_ENABLE_DOUBLE_TAP 1)
