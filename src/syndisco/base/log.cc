#include "syndisco/base/log.h"

#include <fcntl.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <spdlog/sinks/base_sink.h>

#include "syndisco/base/descriptor.h"
#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"

namespace syndisco::log {
namespace {

// One mutex guards everything here, so the sinks need none of their own.
using Sink = spdlog::sinks::base_sink<spdlog::details::null_mutex>;

struct Hooks {
  void (*before)() = nullptr;
  void (*after)() = nullptr;
};

std::unique_ptr<spdlog::formatter> make_formatter(const char* pattern) {
  return std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc, "\n");
}

class ScreenSink final : public Sink {
 public:
  explicit ScreenSink(const Hooks& hooks) : Sink(make_formatter("%l: %v")), hooks_(hooks) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (hooks_.before != nullptr) hooks_.before();
    std::fwrite(line.data(), 1, line.size(), stderr);
    if (hooks_.after != nullptr) hooks_.after();
  }
  void flush_() override { std::fflush(stderr); }

 private:
  const Hooks& hooks_;
};

std::string utc_day(std::chrono::system_clock::time_point moment) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(moment);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d", &utc)};
}

/// spdlog's own daily files change at local midnight and carry the name first. Each line is one
/// write in append mode, so lines of two processes never mix and a crash loses none.
class DailyFileSink final : public Sink {
 public:
  explicit DailyFileSink(std::filesystem::path directory)
      : Sink(make_formatter("%Y-%m-%dT%H:%M:%S.%eZ %-5l %v")), directory_(std::move(directory)) {
    open(utc_day(std::chrono::system_clock::now()));
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (std::string day = utc_day(message.time); day != day_ || !file_) open(std::move(day));
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    const char* rest = line.data();
    std::size_t left = line.size();
    while (left > 0) {
      const ssize_t written = ::write(file_->number(), rest, left);
      if (written >= 0) {
        rest += written;
        left -= static_cast<std::size_t>(written);
      } else if (errno != EINTR) {
        throw std::system_error(errno, std::generic_category());
      }
    }
  }
  void flush_() override {}

 private:
  void open(std::string day) {
    file_.reset();
    const std::filesystem::path path = directory_ / (day + ".log");
    file_.emplace(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
    if (!*file_) {
      file_.reset();
      throw std::system_error(errno, std::generic_category());
    }
    day_ = std::move(day);
  }

  std::filesystem::path directory_;
  std::string day_;
  std::optional<Descriptor> file_;
};

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kOff:
      break;
  }
  return spdlog::level::off;
}

/// The global state behind the functions of the header.
class Log {
 public:
  Log() { configure({}); }

  void configure(const Options& options) {
    std::vector<spdlog::sink_ptr> sinks;
    sinks.push_back(std::make_shared<ScreenSink>(hooks_));
    sinks.back()->set_level(spdlog_level(options.level));
    if (!options.directory.empty()) {
      sinks.push_back(open_directory(options.directory));
      sinks.back()->set_level(spdlog_level(options.file_level));
    }
    auto logger = std::make_unique<spdlog::logger>("syndisco", sinks.begin(), sinks.end());
    logger->set_level(spdlog::level::debug);
    // A log that cannot be written must not end the run. Once is enough: a full disk fails at every
    // line.
    logger->set_error_handler([told = false](const std::string& problem) mutable {
      if (std::exchange(told, true)) return;
      std::fprintf(stderr, "warning: the log cannot be written: %s\n",
                   printable_line(problem).c_str());
    });
    const std::lock_guard lock(mutex_);
    logger_ = std::move(logger);
  }

  void set_hooks(Hooks hooks) {
    const std::lock_guard lock(mutex_);
    hooks_ = hooks;
  }

  void write(spdlog::level::level_enum level, std::string_view subject, std::string_view message) {
    std::string line;
    if (!subject.empty()) line = "[" + printable_line(subject) + "] ";
    line += printable_line(message);
    const std::lock_guard lock(mutex_);
    logger_->log(level, spdlog::string_view_t(line.data(), line.size()));
  }

  void flush() {
    const std::lock_guard lock(mutex_);
    logger_->flush();
  }

 private:
  static spdlog::sink_ptr open_directory(const std::filesystem::path& directory) {
    try {
      std::filesystem::create_directories(directory);
      return std::make_shared<DailyFileSink>(directory);
    } catch (const std::system_error& error) {
      throw EnvironmentError("cannot write logs in " + printable_line(directory.string()) + ": " +
                                 error.code().message(),
                             "choose another folder with --log-dir");
    }
  }

  std::mutex mutex_;
  Hooks hooks_;
  std::unique_ptr<spdlog::logger> logger_;
};

// Never destroyed: threads and destructors of other statics may log until the very end.
Log& the_log() {
  static Log& log = *new Log;
  return log;
}

}  // namespace

Level level_from(std::string_view name) {
  if (name == "debug") return Level::kDebug;
  if (name == "info") return Level::kInfo;
  if (name == "warning") return Level::kWarning;
  if (name == "error") return Level::kError;
  if (name == "off") return Level::kOff;
  throw InputError("unknown log level: " + printable_line(name), {},
                   "use debug, info, warning, error or off");
}

void configure(const Options& options) {
  the_log().configure(options);
}

void around_screen_lines(void (*before)(), void (*after)()) {
  the_log().set_hooks({before, after});
}

void debug(std::string_view subject, std::string_view message) {
  the_log().write(spdlog::level::debug, subject, message);
}

void info(std::string_view subject, std::string_view message) {
  the_log().write(spdlog::level::info, subject, message);
}

void warning(std::string_view subject, std::string_view message) {
  the_log().write(spdlog::level::warn, subject, message);
}

void error(std::string_view subject, std::string_view message) {
  the_log().write(spdlog::level::err, subject, message);
}

void flush() {
  the_log().flush();
}

}  // namespace syndisco::log
