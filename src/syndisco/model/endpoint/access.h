#pragma once

#include <string>
#include <string_view>

namespace syndisco {

/// A key as the environment variable `variable` holds it, blanks at its ends taken off. Throws
/// EnvironmentError, which names the variable alone, where it is not set, blank, or no header can
/// hold it.
std::string key_of_environment(const std::string& variable);

/// `text` with every occurrence of `key` replaced: servers quote keys in their messages.
std::string without_key(std::string_view text, const std::string& key);

}  // namespace syndisco
