#pragma once

#include <filesystem>
#include <string_view>

namespace syndisco::log {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };

/// Where log lines go. The one global state of the program; set once by the composition root.
struct Options {
  Level level = Level::kInfo;       ///< of the screen (stderr)
  Level file_level = Level::kInfo;  ///< of the files
  std::filesystem::path directory =
      {};  ///< daily files YYYY-MM-DD.log here (UTC date); empty: none
};

/// Level of "debug", "info", "warning", "error", "off"; throws InputError otherwise.
Level level_from(std::string_view name);

/// Thread-safe, may be called again (the next experiment logs elsewhere). Throws EnvironmentError
/// where `directory` cannot be written.
void configure(const Options& options);

/// Calls `before` ahead of a line on the screen and `after` behind it (the progress bar steps
/// aside).
void around_screen_lines(void (*before)(), void (*after)());

/// One event, one line: control characters are escaped. Thread-safe. `subject` is a job id or "".
void debug(std::string_view subject, std::string_view message);
void info(std::string_view subject, std::string_view message);
void warning(std::string_view subject, std::string_view message);
void error(std::string_view subject, std::string_view message);

void flush();

}  // namespace syndisco::log
