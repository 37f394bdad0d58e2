#include "syndisco/cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

#include "syndisco/base/clock.h"
#include "syndisco/base/log.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

constexpr double kTerminalPeriod = 0.2;  // seconds between two drawings
constexpr double kPipePeriod = 30;

/// Set while a line stands on the screen; log lines step around it.
std::mutex screen;
std::string drawn;

void clear_line() {
  screen.lock();
  if (!drawn.empty()) std::fputs("\r\x1b[K", stderr);
}

void draw_line_again() {
  if (!drawn.empty()) std::fputs(drawn.c_str(), stderr);
  std::fflush(stderr);
  screen.unlock();
}

}  // namespace

struct Progress::Impl {
  Terminal terminal;
  bool quiet = false;
  std::string label;
  std::uint64_t expected = 0, done = 0, done_before = 0, generated = 0;
  double started = monotonic_seconds();
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread painter;

  std::string line() {
    const std::lock_guard lock(mutex);
    const double elapsed = std::max(monotonic_seconds() - started, 1e-3);
    const std::uint64_t here = done - done_before;
    const std::uint64_t total = std::max(expected, done);
    std::string left = "--";
    if (here > 0)
      left = duration_text(static_cast<double>(total - done) * elapsed / static_cast<double>(here));
    const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 1;
    std::string bar;
    if (terminal.progress) {
      const auto full = static_cast<std::size_t>(share * 20);
      bar = "[" + std::string(full, '#') + std::string(20 - full, '.') + "] ";
    }
    return fmt::format("{}  {}{}/{} turns  {:.0f} tokens/s  {} left", printable_line(label), bar,
                       done, total, static_cast<double>(generated) / elapsed, left);
  }

  void paint() {
    std::string text = line();
    if (!terminal.progress) {
      log::info("", text);
      return;
    }
    // A line that wraps could not be redrawn.
    while (!text.empty() && display_width(text) >= terminal.width)
      text.resize(complete_utf8_prefix(std::string_view(text).substr(0, text.size() - 1)));
    const std::lock_guard lock(screen);
    drawn = text;
    std::fputs(("\r" + text + "\x1b[K").c_str(), stderr);
    std::fflush(stderr);
  }

  void keep_painting(std::stop_token end) {
    const std::chrono::duration<double> period(terminal.progress ? kTerminalPeriod : kPipePeriod);
    std::mutex waiting;
    std::unique_lock lock(waiting);
    while (!wake.wait_for(lock, end, period, [&] { return end.stop_requested(); })) paint();
  }
};

Progress::Progress(const Terminal& terminal, bool quiet, std::string label, std::uint64_t expected,
                   std::uint64_t done)
    : impl_(std::make_unique<Impl>()) {
  impl_->terminal = terminal;
  impl_->quiet = quiet;
  impl_->label = std::move(label);
  impl_->expected = expected;
  impl_->done = impl_->done_before = done;
  if (quiet) return;
  if (terminal.progress) log::around_screen_lines(clear_line, draw_line_again);
  impl_->painter = std::jthread([this](std::stop_token end) { impl_->keep_painting(end); });
}

Progress::~Progress() {
  if (impl_->quiet) return;
  impl_->painter.request_stop();
  impl_->painter.join();
  if (!impl_->terminal.progress) return;
  impl_->paint();
  log::around_screen_lines(nullptr, nullptr);
  const std::lock_guard lock(screen);
  drawn.clear();
  std::fputs("\n", stderr);
}

void Progress::add(const Turn& turn) {
  const std::lock_guard lock(impl_->mutex);
  ++impl_->done;
  impl_->generated += static_cast<std::uint64_t>(turn.generated_tokens);
}

void Progress::expect(std::int64_t difference) {
  const std::lock_guard lock(impl_->mutex);
  impl_->expected =
      static_cast<std::uint64_t>(static_cast<std::int64_t>(impl_->expected) + difference);
}

}  // namespace syndisco::cli
