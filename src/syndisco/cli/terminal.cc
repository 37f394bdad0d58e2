#include "syndisco/cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "syndisco/text/unicode.h"

namespace syndisco::cli {

Terminal find_terminal(bool no_color) {
  const char* no_color_variable = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  const bool colours =
      !no_color && !dumb && (no_color_variable == nullptr || *no_color_variable == '\0');
  Terminal terminal;
  terminal.progress = isatty(STDERR_FILENO) == 1 && !dumb;
  terminal.colour = colours && isatty(STDOUT_FILENO) == 1;
  terminal.colour_errors = colours && isatty(STDERR_FILENO) == 1;
  winsize size{};
  if (isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    terminal.width = size.ws_col;
  return terminal;
}

std::string tint(bool on, Tint tint, std::string_view text) {
  if (!on) return std::string(text);
  static constexpr const char* kCodes[] = {"1", "2", "31", "32", "33", "36"};
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<int>(tint)], text);
}

std::string duration_text(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f}s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
  return fmt::format("{}h {:02}m {:02}s", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string money_text(double amount) {
  return amount == 0 || amount >= 1 ? fmt::format("{:.2f}", amount) : fmt::format("{:.2g}", amount);
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string fill(std::string_view text, std::size_t width, std::size_t indent) {
  const std::string blanks(indent, ' ');
  const std::size_t room = width > indent + 20 ? width - indent : 20;
  std::string filled;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string line;
    for (std::size_t word = start; word < end;) {
      const std::size_t stop = std::min(text.find(' ', word), end);
      const std::string_view piece = text.substr(word, stop - word);
      word = stop + 1;
      if (piece.empty()) continue;
      if (!line.empty() && display_width(line) + 1 + display_width(piece) > room) {
        filled += blanks + line + "\n";
        line.clear();
      }
      if (!line.empty()) line += ' ';
      line += piece;
    }
    filled += line.empty() ? "\n" : blanks + line + "\n";
    start = end + 1;
  }
  return filled;
}

}  // namespace syndisco::cli
