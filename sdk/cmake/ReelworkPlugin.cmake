# reel_add_plugin(NAME SOURCES file... [LIBRARIES target...] [INSTALL])
#
# Builds a Reelwork plugin, NAME.so, from sources that use <reel/sdk.hpp>. Only the two entry symbols are exported.
# INSTALL puts it where Reelwork looks for plugins.
function(reel_add_plugin name)
  cmake_parse_arguments(arg "INSTALL" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE Reelwork::sdk ${arg_LIBRARIES})
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_options(${name} PRIVATE -Wl,--version-script=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/ReelworkPlugin.map)
  if(arg_INSTALL)
    include(GNUInstallDirs)
    install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/reelwork/plugins)
  endif()
endfunction()
