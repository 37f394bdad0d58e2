#include "syndisco/base/version.h"

namespace syndisco {

std::string_view version() noexcept {
  return SYNDISCO_VERSION;
}

}  // namespace syndisco
