#include "syndisco/base/clock.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string_view>

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
  // Digits and signs where `utc_now` puts them; the milliseconds may be missing.
  constexpr std::string_view kForm = "0000-00-00T00:00:00.000Z";
  constexpr std::size_t kSeconds = 19;
  const std::string_view form = utc.size() == kSeconds + 1 ? "0000-00-00T00:00:00Z" : kForm;
  if (utc.size() != form.size()) return "";
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool digit = utc[i] >= '0' && utc[i] <= '9';
    if (form[i] == '0' ? !digit : utc[i] != form[i]) return "";
  }
  const auto number = [&utc](std::size_t at, std::size_t length) {
    int value = 0;
    for (const char c : utc.substr(at, length)) value = 10 * value + (c - '0');
    return value;
  };
  std::tm parts{};
  parts.tm_year = number(0, 4) - 1900;
  parts.tm_mon = number(5, 2) - 1;
  parts.tm_mday = number(8, 2);
  parts.tm_hour = number(11, 2);
  parts.tm_min = number(14, 2);
  parts.tm_sec = number(17, 2);
  return legacy_form(::timegm(&parts));
}

std::string utc_from_legacy_timestamp(const std::string& legacy) {
  std::tm local{};
  const char* end = ::strptime(legacy.c_str(), "%y-%m-%d-%H-%M", &local);
  if (end == nullptr || *end != '\0') return "";
  local.tm_isdst = -1;
  const std::time_t time = std::mktime(&local);
  std::tm utc{};
  if (time == std::time_t{-1} || ::gmtime_r(&time, &utc) == nullptr) return "";
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.000Z", &utc);
  return text.data();
}

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

}  // namespace syndisco
