#include "syndisco/base/clock.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace syndisco {
namespace {

std::string legacy_form(std::time_t moment) {
  std::tm local{};
  if (::localtime_r(&moment, &local) == nullptr) return "";
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%y-%m-%d-%H-%M", &local);
  return {text.data(), length};
}

}  // namespace

std::string utc_now() {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  const auto since_epoch =
      duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  const std::int64_t count = since_epoch.count();
  const std::time_t seconds = static_cast<std::time_t>(count / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                   utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                                   utc.tm_min, utc.tm_sec, static_cast<int>(count % 1000));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string legacy_timestamp_now() {
  return legacy_form(std::time(nullptr));
}

std::string legacy_timestamp(const std::string& utc) {
  std::tm parts{};
  int end = 0;
  const int read =
      std::sscanf(utc.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &end);
  if (read != 6 || end == 0 || utc.empty() || utc.back() != 'Z') return "";
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return legacy_form(::timegm(&parts));
}

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace syndisco
