// Any bytes as JSON text: refused with a place, or read; what is read is written so that it reads
// back equal.
#include "syndisco/text/json.h"

#include "check.h"

#include "syndisco/text/unicode.h"

using namespace syndisco;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    JsonPlaces places;
    const Json value = parse_json(text, "fuzz", &places);
    FUZZ_CHECK(places.positions.contains(""));
    FUZZ_CHECK(parse_json(dump_json(value)) == value);
    FUZZ_CHECK(parse_json(dump_json_indented(value)) == value);
    const std::string compact = dump_json_compact(value);
    FUZZ_CHECK(is_valid_utf8(compact));
    FUZZ_CHECK(compact.find('\n') == std::string::npos);
    FUZZ_CHECK(parse_json(compact) == value);
    python_repr(value);
  } catch (const InputError& error) {
    FUZZ_CHECK(error.place().line > 0);
    FUZZ_CHECK(is_valid_utf8(error.report()));
  }
  return 0;
}
