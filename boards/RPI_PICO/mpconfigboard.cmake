# MicroPython's board; header and pins are in its folder.
set(MICROPY_BOARD_DIR ${MICROPY_PORT_DIR}/boards/${MICROPY_BOARD})
include(${MICROPY_BOARD_DIR}/mpconfigboard.cmake)
