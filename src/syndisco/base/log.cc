#include "syndisco/base/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/base/log_file.h"
#include "syndisco/base/printable.h"

namespace syndisco::log {
namespace {

constexpr std::string_view kInPlaceOfASecret = "***";

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
    case Level::kOff:
      break;
  }
  return "off";
}

std::string json_line(const std::string& time, Level level, std::string_view subject,
                      std::string_view message) {
  return fmt::format("{{\"time\": \"{}\", \"level\": \"{}\", \"id\": {}, \"message\": {}}}\n", time,
                     name_of(level), printable_json(subject), printable_json(message));
}

/// The global state behind the functions of the header.
class Log {
 public:
  Log() { configure({}); }

  void configure(const Options& options) {
    std::unique_ptr<LogFile> file = open_file(options);
    const std::lock_guard lock(mutex_);
    options_ = options;
    file_ = std::move(file);
    told_ = false;
    const Level file_level = file_ ? options.file_level : Level::kOff;
    lowest_ = std::min(options.level, file_level);
  }

  void set_hooks(void (*before)(), void (*after)()) {
    const std::lock_guard lock(mutex_);
    before_ = before;
    after_ = after;
  }

  bool wanted(Level level) const { return level >= lowest_; }

  void write(Level level, std::string_view subject, std::string_view message) {
    if (!wanted(level)) return;
    const std::lock_guard lock(mutex_);
    write_line(level, subject, message, level >= options_.level);
  }

  void last_words(std::string_view report) {
    const std::lock_guard lock(mutex_);
    const bool json = options_.format == Format::kJson;
    if (!json) to_screen(hide(report));
    if (report.starts_with("error: ")) report.remove_prefix(7);
    if (report.ends_with("\n")) report.remove_suffix(1);
    write_line(Level::kError, "", report, json);
  }

  void keep_secret(std::string_view value) {
    constexpr std::size_t kShortest = 4;
    const std::lock_guard lock(mutex_);
    if (value.size() < kShortest || std::ranges::find(secrets_, value) != secrets_.end()) return;
    secrets_.emplace_back(value);
    // One secret may be part of another; the whole one goes first.
    std::ranges::stable_sort(
        secrets_, [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  }

  std::string without_secrets(std::string_view text) {
    const std::lock_guard lock(mutex_);
    return hide(text);
  }

 private:
  void write_line(Level level, std::string_view subject, std::string_view message, bool on_screen) {
    const std::string hidden = hide(message);
    const std::string time = utc_now();
    const std::string text = (subject.empty() ? "" : "[" + printable_line(subject) + "] ") +
                             printable_line(hidden) + "\n";
    const bool json = options_.format == Format::kJson;
    const std::string object = json ? json_line(time, level, subject, hidden) : "";
    if (on_screen) to_screen(json ? object : fmt::format("{}: {}", name_of(level), text));
    if (file_ && level >= options_.file_level)
      to_file(time, json ? object : fmt::format("{} {:<5} {}", time, name_of(level), text));
  }

  static std::unique_ptr<LogFile> open_file(const Options& options) {
    if (options.directory.empty()) return nullptr;
    try {
      return std::make_unique<LogFile>(options.directory, options.file_bytes,
                                       options.directory_bytes, day_of(utc_now()));
    } catch (const std::system_error& error) {
      throw EnvironmentError("cannot write logs in " + printable_line(options.directory.string()) +
                                 ": " + error.code().message(),
                             "choose another folder with --log-dir");
    }
  }

  static std::string day_of(const std::string& time) { return time.substr(0, time.find('T')); }

  std::string hide(std::string_view text) const {
    std::string hidden(text);
    for (const std::string& secret : secrets_)
      for (std::size_t at = hidden.find(secret); at != std::string::npos;
           at = hidden.find(secret, at + kInPlaceOfASecret.size()))
        hidden.replace(at, secret.size(), kInPlaceOfASecret);
    return hidden;
  }

  void to_screen(const std::string& line) const {
    if (before_ != nullptr) before_();
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fflush(stderr);
    if (after_ != nullptr) after_();
  }

  void to_file(const std::string& time, const std::string& line) {
    try {
      file_->write(day_of(time), line);
    } catch (const std::system_error& error) {
      // Once is enough: a full disk fails at every line.
      if (std::exchange(told_, true)) return;
      const std::string problem =
          "the log cannot be written, and the run goes on without it: " + error.code().message();
      to_screen(options_.format == Format::kJson ? json_line(time, Level::kWarning, "", problem)
                                                 : "warning: " + problem + "\n");
    }
  }

  std::mutex mutex_;
  std::atomic<Level> lowest_ = Level::kInfo;
  Options options_;
  std::unique_ptr<LogFile> file_;  ///< none: the screen alone
  bool told_ = false;              ///< that the file cannot be written
  std::vector<std::string> secrets_;
  void (*before_)() = nullptr;
  void (*after_)() = nullptr;
};

// Never destroyed: threads and destructors of other statics may log until the very end.
Log& the_log() {
  static Log& log = *new Log;
  return log;
}

}  // namespace

Level level_from(std::string_view name) {
  for (const Level level :
       {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError, Level::kOff})
    if (name == name_of(level)) return level;
  throw InputError("unknown log level: " + printable_line(name), {},
                   "use debug, info, warning, error or off");
}

Format format_from(std::string_view name) {
  if (name == "text") return Format::kText;
  if (name == "json") return Format::kJson;
  throw InputError("unknown log format: " + printable_line(name), {}, "use text or json");
}

void configure(const Options& options) {
  the_log().configure(options);
}

void around_screen_lines(void (*before)(), void (*after)()) {
  the_log().set_hooks(before, after);
}

bool wanted(Level level) {
  return the_log().wanted(level);
}

void debug(std::string_view subject, std::string_view message) {
  the_log().write(Level::kDebug, subject, message);
}

void info(std::string_view subject, std::string_view message) {
  the_log().write(Level::kInfo, subject, message);
}

void warning(std::string_view subject, std::string_view message) {
  the_log().write(Level::kWarning, subject, message);
}

void error(std::string_view subject, std::string_view message) {
  the_log().write(Level::kError, subject, message);
}

void last_words(std::string_view report) {
  the_log().last_words(report);
}

void keep_secret(std::string_view value) {
  the_log().keep_secret(value);
}

std::string without_secrets(std::string_view text) {
  return the_log().without_secrets(text);
}

}  // namespace syndisco::log
