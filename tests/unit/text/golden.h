#pragma once

#include <fstream>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "support/source_tree.h"

namespace syndisco::test {

/// What Python answered (tools/make_python_goldens.py), read without the parser under test.
inline nlohmann::json golden(const std::string& name) {
  std::ifstream file(source_tree() / "tests/unit/text/data" / name);
  if (!file) throw std::runtime_error("missing golden file " + name);
  return nlohmann::json::parse(file);
}

}  // namespace syndisco::test
