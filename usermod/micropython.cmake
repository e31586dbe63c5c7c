file(GLOB OCTOGRAD_SOURCES CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_LIST_DIR}/binding/*.c ${CMAKE_CURRENT_LIST_DIR}/kernels/*.c)
add_library(usermod_octograd INTERFACE)
target_sources(usermod_octograd INTERFACE ${OCTOGRAD_SOURCES})
target_include_directories(usermod_octograd INTERFACE ${CMAKE_CURRENT_LIST_DIR}/kernels)
# cmake -DOCTOGRAD_HOT_IN_RAM=1 puts the inner loops into the RAM of an RP2040.
if(OCTOGRAD_HOT_IN_RAM)
    target_compile_definitions(usermod_octograd INTERFACE OG_HOT_SECTION)
endif()
target_link_libraries(usermod INTERFACE usermod_octograd)
