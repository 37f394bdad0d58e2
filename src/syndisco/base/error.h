#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace syndisco {

/// Where in an input something is wrong. Empty or zero fields are unknown and are not printed.
struct Place {
  std::string file;
  int line = 0;         ///< from 1
  int column = 0;       ///< from 1, in characters
  std::string pointer;  ///< JSON pointer inside the file, such as "/discussions/turns"

  /// "file:14:17" for YAML, "file:14 (/discussions/turns)" where only a pointer is known; "" if all
  /// is unknown.
  std::string text() const;
};

/// What the program exits with (see docs/architecture.md, Errors).
enum class ExitCode : int {
  kOk = 0,
  kJobsFailed = 1,
  kBadInput = 2,
  kSurroundings = 3,
  kBudget = 4,
  kInterrupted = 130,  ///< SIGINT
  kTerminated = 143,   ///< SIGTERM
};

/// Every error that a person should read. `what()` is the message alone: one sentence, no place, no
/// final dot.
class Error : public std::runtime_error {
 public:
  Error(std::string message, ExitCode exit_code, Place place = {}, std::string hint = {});

  const Place& place() const noexcept { return place_; }
  const std::string& hint() const noexcept { return hint_; }
  ExitCode exit_code() const noexcept { return exit_code_; }

  /// "error: PLACE: MESSAGE\nhint: HINT\n", without the parts that are empty. Control characters
  /// are escaped.
  std::string report() const;

 private:
  Place place_;
  std::string hint_;
  ExitCode exit_code_;
};

/// The user wrote something that cannot be meant: exit 2, before anything is run.
class InputError : public Error {
 public:
  explicit InputError(std::string message, Place place = {}, std::string hint = {})
      : Error(std::move(message), ExitCode::kBadInput, std::move(place), std::move(hint)) {}
};

/// The surroundings failed (file unreadable, disk full, directory locked): exit 3.
class EnvironmentError : public Error {
 public:
  explicit EnvironmentError(std::string message, std::string hint = {}, Place place = {})
      : Error(std::move(message), ExitCode::kSurroundings, std::move(place), std::move(hint)) {}
};

/// Thrown by anything that waits when its stop token is asked to stop. Not an error: nothing was
/// lost.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

/// The known word nearest to `word` when it is near enough to be a slip of the fingers, else "".
/// Distance: optimal string alignment; near enough: at most a third of the longer word, and at
/// least one.
std::string nearest_word(std::string_view word, std::span<const std::string> known);

}  // namespace syndisco
