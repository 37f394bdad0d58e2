#include "support/source_tree.h"

namespace syndisco::test {

std::filesystem::path source_tree() {
  return SYNDISCO_SOURCE_DIR;
}

}  // namespace syndisco::test
