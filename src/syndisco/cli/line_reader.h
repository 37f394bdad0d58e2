#pragma once

#include <optional>
#include <stop_token>
#include <string>

namespace syndisco::cli {

/// Lines of a file descriptor, as they come. On a terminal the system's own line editing is used,
/// with whole characters of UTF-8 rubbed out at once; it is left as it was found. Not thread-safe.
class LineReader {
 public:
  explicit LineReader(int descriptor);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  bool is_terminal() const { return terminal_; }

  /// The next line without its end; nothing where there are no more (on a terminal: after Ctrl-D;
  /// lines may come again). Throws Cancelled after `stop`, EnvironmentError where the descriptor
  /// cannot be read or the terminal is gone: nobody has left then.
  std::optional<std::string> next(const std::stop_token& stop);

  /// Whether a line has come already or comes at once: the next of a text that was pasted.
  bool more_comes() const;

 private:
  std::optional<std::string> take_line();

  int descriptor_;
  bool terminal_;
  bool changed_terminal_ = false;
  bool ended_ = false;
  std::string waiting_;
};

}  // namespace syndisco::cli
