#pragma once

#include <string_view>

namespace syndisco {

/// Version of this program and library, such as `0.1.0`.
std::string_view version() noexcept;

}  // namespace syndisco
