# Compiler options shared by every target of ours, and ccache.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

# Line tables in releases cost no speed and make a user's backtrace readable.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g -fno-omit-frame-pointer")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g -fno-omit-frame-pointer")

if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(SYNDISCO_CCACHE ccache)
  mark_as_advanced(SYNDISCO_CCACHE)
  if(SYNDISCO_CCACHE)
    set(CMAKE_C_COMPILER_LAUNCHER ${SYNDISCO_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${SYNDISCO_CCACHE})
  endif()
endif()

# Warnings, the C++ standard and sanitizers, for our own code only.
add_library(syndisco_options INTERFACE)
target_compile_features(syndisco_options INTERFACE cxx_std_20)
target_compile_options(syndisco_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi -Wimplicit-fallthrough)
if(SYNDISCO_WERROR)
  target_compile_options(syndisco_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overlaps in std::string operations that are not there (GCC bug 105651), and
  # uninitialised members in variants that hold another alternative (GCC bug 105562).
  target_compile_options(syndisco_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
  if(SYNDISCO_SANITIZE)
    # The sanitizers' own branches set off flow-based warnings in the standard library.
    target_compile_options(syndisco_options INTERFACE
      -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds)
  endif()
endif()

if(SYNDISCO_SANITIZE)
  # Line tables are all that a report shows, and full debug information takes half as long again.
  set(_flags -fsanitize=${SYNDISCO_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  target_compile_options(syndisco_options INTERFACE ${_flags})
  target_link_options(syndisco_options INTERFACE ${_flags})
endif()

if(SYNDISCO_FUZZ)
  # The fuzzer sees the branches of all our code, not only of the programs in fuzz/.
  target_compile_options(syndisco_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_package(Threads REQUIRED)
target_link_libraries(syndisco_options INTERFACE Threads::Threads)
