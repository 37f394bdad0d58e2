# cmake --install: the program, the library, its headers and a package for find_package(syndisco).

include(CMakePackageConfigHelpers)

set(_package ${CMAKE_INSTALL_LIBDIR}/cmake/syndisco)

install(TARGETS program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS syndisco EXPORT syndisco LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})

# Headers of every room but `cli`. Those that show another library's types (`*_internal.h`, checked by
# tools/check-includes) stay at home.
get_property(_rooms GLOBAL PROPERTY SYNDISCO_ROOMS)
list(REMOVE_ITEM _rooms cli)
foreach(_room IN LISTS _rooms)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/syndisco/${_room}
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/syndisco
          FILES_MATCHING PATTERN "*.h" PATTERN "*_internal.h" EXCLUDE)
endforeach()

install(EXPORT syndisco NAMESPACE syndisco:: FILE syndiscoTargets.cmake DESTINATION ${_package})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/syndiscoConfig.cmake.in
  ${PROJECT_BINARY_DIR}/syndiscoConfig.cmake INSTALL_DESTINATION ${_package})
# Before 1.0 a minor version may break what an earlier one promised.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/syndiscoConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/syndiscoConfig.cmake ${PROJECT_BINARY_DIR}/syndiscoConfigVersion.cmake
        DESTINATION ${_package})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
# llama.cpp's converter, for `syndisco models convert`.
set(_llama ${SYNDISCO_LLAMA_CMAKE_HOME_DIRECTORY})
set(_converter ${CMAKE_INSTALL_DATADIR}/syndisco/llama.cpp)
install(FILES ${_llama}/convert_hf_to_gguf.py ${_llama}/LICENSE DESTINATION ${_converter})
install(DIRECTORY ${_llama}/conversion DESTINATION ${_converter} FILES_MATCHING PATTERN "*.py")
install(DIRECTORY ${_llama}/gguf-py/gguf DESTINATION ${_converter}/gguf-py
        FILES_MATCHING PATTERN "*.py")
