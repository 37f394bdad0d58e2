#pragma once

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace syndisco::cli {

/// Another program, run to its end.
struct Command {
  std::vector<std::string> arguments;              ///< the program first; found by PATH
  std::map<std::string, std::string> environment;  ///< beside ours; "" takes a variable out
  std::filesystem::path log;                       ///< stdout and stderr are added to this file
};

/// The exit code, 128 + the signal that ended it, or 127 where it could not be started. On `stop`
/// it is ended (SIGTERM, after five seconds SIGKILL) and Cancelled thrown. Throws EnvironmentError
/// where the log cannot be written.
int run_command(const Command& command, std::stop_token stop);

}  // namespace syndisco::cli
