#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace syndisco::log {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };

/// How a line looks. kText: "info: [id] message" on the screen, with the time before it in files.
/// kJson: one object, {"time": ..., "level": ..., "id": ..., "message": ...}, in both.
enum class Format { kText, kJson };

/// Where log lines go. The one global state of the program; set once by the composition root.
struct Options {
  Level level = Level::kInfo;       ///< of the screen (stderr)
  Level file_level = Level::kInfo;  ///< of the files
  Format format = Format::kText;
  /// Daily files YYYY-MM-DD.log here (UTC date), then YYYY-MM-DD.1.log and so on; empty: none.
  std::filesystem::path directory = {};
  /// A file that has reached this size is followed by the next of its day.
  std::uint64_t file_bytes = std::uint64_t{16} << 20U;
  /// Of all log files in the folder, the one being written counted in full: the oldest are removed
  /// when a new file is begun. At least the newest file stays.
  std::uint64_t directory_bytes = std::uint64_t{256} << 20U;
};

/// Level of "debug", "info", "warning", "error", "off"; throws InputError otherwise.
Level level_from(std::string_view name);
/// Format of "text", "json"; throws InputError otherwise.
Format format_from(std::string_view name);

/// Thread-safe, may be called again (the next experiment logs elsewhere). Throws EnvironmentError
/// where `directory` cannot be written. Later, a line that cannot be written to a file is lost;
/// that is said once on the screen and never ends the program.
void configure(const Options& options);

/// Calls `before` ahead of a line on the screen and `after` behind it (the progress bar steps
/// aside).
void around_screen_lines(void (*before)(), void (*after)());

/// Whether a line of this level goes anywhere: for messages that cost something to make.
bool wanted(Level level);

/// One event, one line: control characters are escaped. Thread-safe. `subject` is a job id or "".
void debug(std::string_view subject, std::string_view message);
void info(std::string_view subject, std::string_view message);
void warning(std::string_view subject, std::string_view message);
void error(std::string_view subject, std::string_view message);

/// Why the program ends, `Error::report()` or the like: on the screen as it stands (kJson: as a
/// line), at any level, and as a line in the files.
void last_words(std::string_view report);

/// From now on `value` never stands in a line: "***" does. For keys and tokens, as soon as they are
/// read. Values of fewer than 4 bytes are too common to be taken out and are ignored. Thread-safe.
void keep_secret(std::string_view value);

/// The text with all secrets replaced: for what is shown or kept in other ways than by the log,
/// such as a server's message, which may repeat the key it was sent. Thread-safe.
std::string without_secrets(std::string_view text);

}  // namespace syndisco::log
