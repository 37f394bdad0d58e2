// Any text as a comment: filled, formatted, shown and made a file name.
#include "syndisco/text/wrap.h"

#include "check.h"

#include "syndisco/discussion/prompt.h"
#include "syndisco/text/unicode.h"

using namespace syndisco;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t width = 1 + data[0];
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string repaired = repair_utf8(text);
  FUZZ_CHECK(is_valid_utf8(repaired));
  FUZZ_CHECK(!is_valid_utf8(text) || repaired == text);

  const std::string filled = python_fill(repaired, width);
  FUZZ_CHECK(is_valid_utf8(filled));
  for (std::size_t start = 0; start <= filled.size();) {
    const std::size_t end = std::min(filled.find('\n', start), filled.size());
    FUZZ_CHECK(count_code_points(std::string_view(filled).substr(start, end - start)) <= width);
    start = end + 1;
  }
  for (const char* style : {"plain", "syndisco-2.0", "syndisco-2.2"})
    FUZZ_CHECK(is_valid_utf8(
        format_comment({.name = style, .own = {}}, data[0] % 2 * width, "Ann", repaired)));
  // In `plain` only the first line of a comment may begin with a name.
  const std::string plain = format_comment({}, 0, "Ann", repaired);
  for (std::size_t at = plain.find('\n'); at != std::string::npos; at = plain.find('\n', at + 1))
    FUZZ_CHECK(plain.compare(at + 1, 4, "Ben:") != 0);

  for (const std::string& shown : {printable(text), printable_line(text), printable_json(text)}) {
    FUZZ_CHECK(is_valid_utf8(shown));
    FUZZ_CHECK(shown.find('\x1b') == std::string::npos);
  }
  FUZZ_CHECK(printable_line(text).find('\n') == std::string::npos);
  const std::string name = slug(text);
  FUZZ_CHECK(!name.empty() && name.size() <= 64 && name != "." && name != "..");
  FUZZ_CHECK(name.find('/') == std::string::npos && is_valid_utf8(name));
  display_width(text);
  try {
    check_template("system", repaired);
  } catch (const InputError&) {
  }
  return 0;
}
