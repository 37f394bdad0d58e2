#include "syndisco/model/endpoint/access.h"

#include <algorithm>
#include <cstdlib>

#include "syndisco/base/error.h"
#include "syndisco/base/log.h"
#include "syndisco/text/unicode.h"

namespace syndisco {

std::string key_of_environment(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  const std::string key(value == nullptr ? "" : python_strip(value));
  const std::string name = printable_line(variable);
  if (key.empty())
    throw EnvironmentError("the environment variable " + name + " is not set",
                           "put the key of the model's server there: export " + name + "=...");
  const bool clean =
      std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!clean)
    throw EnvironmentError("the environment variable " + name +
                           " holds blanks or characters that no key has");
  log::keep_secret(key);
  return key;
}

}  // namespace syndisco
