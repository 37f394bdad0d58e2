#pragma once

#include <filesystem>

namespace syndisco::test {

/// The checkout that the tests were built from.
std::filesystem::path source_tree();

}  // namespace syndisco::test
