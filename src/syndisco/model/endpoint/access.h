#pragma once

#include <string>

namespace syndisco {

/// A key as the environment variable `variable` holds it, blanks at its ends taken off. Throws
/// EnvironmentError, which names the variable alone, where it is not set, blank, or no header can
/// hold it.
/// The log never shows it from then on; messages that go elsewhere pass `log::without_secrets`,
/// because servers quote keys in theirs.
std::string key_of_environment(const std::string& variable);

}  // namespace syndisco
