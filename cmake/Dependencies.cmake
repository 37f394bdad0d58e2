# Libraries taken from the distribution. All of them stay behind our headers: they are linked
# privately, and nobody who uses the installed library needs them to compile.

macro(syndisco_need package what)
  find_package(${package} QUIET ${ARGN})
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "${what} is missing. ./dev setup installs what the build needs.")
  endif()
endmacro()

syndisco_need(fmt "fmt (libfmt-dev)")
syndisco_need(nlohmann_json "nlohmann-json (nlohmann-json3-dev)")
syndisco_need(yaml-cpp "yaml-cpp (libyaml-cpp-dev)")
syndisco_need(CLI11 "CLI11 (libcli11-dev)")
syndisco_need(SQLite3 "SQLite (libsqlite3-dev)")
syndisco_need(SQLiteCpp "SQLiteCpp (libsqlitecpp-dev)")
syndisco_need(CURL "libcurl (libcurl4-openssl-dev)")
syndisco_need(Eigen3 "Eigen (libeigen3-dev)")
syndisco_need(Boost "Boost.Math (libboost-math-dev)")
if(SYNDISCO_BUILD_TESTS)
  syndisco_need(GTest "GoogleTest (libgtest-dev, libgmock-dev)")
  syndisco_need(OpenSSL "OpenSSL (libssl-dev)")
endif()
