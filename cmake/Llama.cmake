# llama.cpp, built beforehand into the cache of dependencies by tools/setup-llama.
#
# The folder of that build is named after everything that makes two builds differ (source, compiler,
# options, CPU). tools/setup-llama alone knows how; it is asked here with the compiler and the options
# of this build folder. Provides the target `syndisco_llama`: headers, and static libraries to be
# linked into our own shared library and nowhere else.

set(SYNDISCO_CACHE "$ENV{SYNDISCO_CACHE}" CACHE PATH
    "Downloads and dependency builds; empty: ~/.cache/syndisco")
set(SYNDISCO_LLAMA_SOURCE "$ENV{SYNDISCO_LLAMA_SOURCE}" CACHE PATH "A llama.cpp checkout to use instead of the pinned one")
set(SYNDISCO_LLAMA_CC ${CMAKE_C_COMPILER} CACHE STRING "C compiler that llama.cpp was built with")
set(SYNDISCO_LLAMA_CXX ${CMAKE_CXX_COMPILER} CACHE STRING "C++ compiler that llama.cpp was built with")
mark_as_advanced(SYNDISCO_LLAMA_CC SYNDISCO_LLAMA_CXX)

set(_options)
get_cmake_property(_names CACHE_VARIABLES)
foreach(_name IN LISTS _names)
  if(_name MATCHES "^(GGML_|LLAMA_|CMAKE_CUDA_|CMAKE_HIP_)")
    list(APPEND _options "-D${_name}=${${_name}}")
  endif()
endforeach()

execute_process(
  COMMAND ${CMAKE_COMMAND} -E env CC=${SYNDISCO_LLAMA_CC} CXX=${SYNDISCO_LLAMA_CXX}
          SYNDISCO_CACHE=${SYNDISCO_CACHE} SYNDISCO_LLAMA_SOURCE=${SYNDISCO_LLAMA_SOURCE}
          ${PROJECT_SOURCE_DIR}/tools/setup-llama where ${_options}
  OUTPUT_VARIABLE SYNDISCO_LLAMA_BUILD OUTPUT_STRIP_TRAILING_WHITESPACE
  ERROR_VARIABLE _error ERROR_STRIP_TRAILING_WHITESPACE
  RESULT_VARIABLE _result)
if(NOT _result EQUAL 0)
  message(FATAL_ERROR "${_error}")
endif()

add_library(syndisco_llama INTERFACE)
if(EXISTS ${SYNDISCO_LLAMA_BUILD}/done)
  include(${SYNDISCO_LLAMA_BUILD}/syndisco-llama.cmake)
  message(STATUS "llama.cpp: ${SYNDISCO_LLAMA_BUILD}")
  # Its sources; `models convert` runs the converter in them.
  load_cache(${SYNDISCO_LLAMA_BUILD} READ_WITH_PREFIX SYNDISCO_LLAMA_ CMAKE_HOME_DIRECTORY)
  # A rebuilt engine is picked up by the next build.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${SYNDISCO_LLAMA_BUILD}/done)
else()
  message(FATAL_ERROR "llama.cpp is not built for this compiler and these options yet: "
                      "run ./dev setup (wanted: ${SYNDISCO_LLAMA_BUILD})")
endif()
