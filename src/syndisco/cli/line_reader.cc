#include "syndisco/cli/line_reader.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>

#include "syndisco/base/error.h"

namespace syndisco::cli {
namespace {

/// Lines of a pasted text come faster than anybody types.
constexpr int kPasteMilliseconds = 20;

/// Rubbing out on a terminal takes whole characters where `on`. False where it was so already.
bool set_whole_characters(int descriptor, bool on) {
  termios settings{};
  if (tcgetattr(descriptor, &settings) != 0) return false;
  if (((settings.c_iflag & IUTF8) != 0) == on) return false;
  if (on) {
    settings.c_iflag |= IUTF8;
  } else {
    settings.c_iflag &= ~static_cast<tcflag_t>(IUTF8);
  }
  return tcsetattr(descriptor, TCSANOW, &settings) == 0;
}

/// Whether the terminal is no more: its window was closed or its connection lost. The end of its
/// input alone (Ctrl-D) looks the same to read().
bool is_hung_up(int descriptor) {
  pollfd event{descriptor, 0, 0};
  return poll(&event, 1, 0) > 0 && (event.revents & (POLLHUP | POLLERR)) != 0;
}

/// Becomes readable when a stop is asked for.
class StopEvent {
 public:
  explicit StopEvent(const std::stop_token& stop)
      : descriptor_(eventfd(0, EFD_CLOEXEC)), callback_(stop, [this] {
          const std::uint64_t one = 1;
          [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof one);
        }) {}
  ~StopEvent() { close(descriptor_); }
  StopEvent(const StopEvent&) = delete;
  StopEvent& operator=(const StopEvent&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  std::stop_callback<std::function<void()>> callback_;
};

}  // namespace

LineReader::LineReader(int descriptor)
    : descriptor_(descriptor), terminal_(isatty(descriptor) == 1) {
  if (terminal_) changed_terminal_ = set_whole_characters(descriptor_, true);
}

LineReader::~LineReader() {
  if (changed_terminal_) set_whole_characters(descriptor_, false);
}

std::optional<std::string> LineReader::take_line() {
  const std::size_t end = waiting_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = waiting_.substr(0, end);
  waiting_.erase(0, end + 1);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::optional<std::string> LineReader::next(const std::stop_token& stop) {
  const StopEvent stopped(stop);
  std::array<char, 4096> bytes;
  while (true) {
    if (stop.stop_requested()) throw Cancelled();
    if (std::optional<std::string> line = take_line()) return line;
    if (!ended_) {
      std::array<pollfd, 2> events = {
          {{descriptor_, POLLIN, 0}, {stopped.descriptor(), POLLIN, 0}}};
      if (poll(events.data(), events.size(), -1) < 0 && errno != EINTR)
        throw EnvironmentError(std::string("cannot wait for input: ") + std::strerror(errno));
      if (events[0].revents == 0) continue;
    }
    const ssize_t length = ended_ ? 0 : read(descriptor_, bytes.data(), bytes.size());
    if (length < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    const std::string reason = length < 0 ? std::strerror(errno) : "";
    if (length > 0) {
      waiting_.append(bytes.data(), static_cast<std::size_t>(length));
      continue;
    }
    if (length < 0 || (terminal_ && is_hung_up(descriptor_))) {
      // The signal of the hang-up may have come meanwhile.
      if (stop.stop_requested()) throw Cancelled();
      throw EnvironmentError(
          terminal_ ? "the terminal is gone" : "cannot read input: " + reason,
          terminal_ ? "the same command in another one goes on" : "the same command goes on");
    }
    ended_ = !terminal_;
    if (waiting_.empty()) return std::nullopt;
    std::string rest = std::move(waiting_);
    waiting_.clear();
    return rest;
  }
}

bool LineReader::more_comes() const {
  if (waiting_.find('\n') != std::string::npos) return true;
  pollfd event{descriptor_, POLLIN, 0};
  return !ended_ && poll(&event, 1, kPasteMilliseconds) > 0 && (event.revents & POLLIN) != 0;
}

}  // namespace syndisco::cli
