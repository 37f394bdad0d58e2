#include "conformance/recording.h"

#include <algorithm>

#include "syndisco/base/file.h"

namespace syndisco::testing {
namespace {

namespace fs = std::filesystem;

std::size_t size_of(const Json& draw, const char* key) {
  return static_cast<std::size_t>(member_or_null(draw, key).integer());
}

}  // namespace

const Json& member_or_null(const Json& object, std::string_view key) {
  static const Json null;
  const Json* value = object.find(key);
  return value != nullptr ? *value : null;
}

const Json& Recording::argument(std::string_view key) const {
  return member_or_null(input, key);
}

const Json& Recording::traced(std::string_view key) const {
  return member_or_null(trace, key);
}

std::string Recording::api() const {
  const Json& api = argument("api");
  return api.is_string() ? api.string() : "";
}

Json Recording::read(const std::string& path) const {
  return parse_json(read_file(folder / path), path);
}

std::vector<RecordingPlace> find_recordings(const fs::path& folder) {
  std::vector<RecordingPlace> places;
  for (const fs::directory_entry& generation : fs::directory_iterator(folder)) {
    if (!generation.is_directory()) continue;
    for (const fs::directory_entry& one : fs::directory_iterator(generation.path()))
      if (fs::exists(one.path() / "trace.json"))
        places.push_back(
            {generation.path().filename().string(), one.path().filename().string(), one.path()});
  }
  std::ranges::sort(places, {}, [](const RecordingPlace& place) {
    return std::pair(place.generation, place.name);
  });
  return places;
}

Recording read_recording(const RecordingPlace& place) {
  Recording recording{place.generation, place.name, place.folder, {}, {}};
  recording.trace = recording.read("trace.json");
  if (fs::exists(place.folder / "input" / "case.json"))
    recording.input = recording.read("input/case.json");
  return recording;
}

Json with_volatile(Json ours, const Recording& recording) {
  constexpr std::string_view kPrefix = "output.";
  const Json& fields = recording.traced("volatile");
  if (!fields.is_array()) return ours;
  for (const Json& field : fields.array()) {
    if (!field.is_string() || !field.string().starts_with(kPrefix)) continue;
    const std::string key = field.string().substr(kPrefix.size());
    const Json* recorded = recording.traced("output").find(key);
    if (recorded != nullptr && ours.find(key) != nullptr) ours.set(key, *recorded);
  }
  return ours;
}

RecordedDraws::RecordedDraws(const Json& random) {
  if (random.is_array()) draws_ = random.array();
}

const Json& RecordedDraws::take(const std::string& asked) {
  if (empty()) throw OtherDraw("the original drew no more, ours asks for " + asked);
  return draws_[position_++];
}

std::size_t RecordedDraws::below(std::size_t n) {
  const std::string asked = "one of " + std::to_string(n);
  const Json& draw = take(asked);
  const std::string kind = member_or_null(draw, "fn").string();
  if (kind == "choice" && size_of(draw, "n") == n) return size_of(draw, "index");
  if (kind == "integers") {
    const std::int64_t low = member_or_null(draw, "low").integer();
    const std::int64_t high = member_or_null(draw, "high").integer();
    if (high - low == static_cast<std::int64_t>(n))
      return static_cast<std::size_t>(member_or_null(draw, "value").integer() - low);
  }
  throw OtherDraw("the original drew " + dump_json(draw) + ", ours asks for " + asked);
}

double RecordedDraws::uniform() {
  const Json& draw = take("a number in [0, 1)");
  if (member_or_null(draw, "fn").string() == "random")
    return member_or_null(draw, "value").number();
  throw OtherDraw("the original drew " + dump_json(draw) + ", ours asks for a number in [0, 1)");
}

std::vector<std::size_t> RecordedDraws::sample(std::size_t n, std::size_t k) {
  const std::string asked = std::to_string(k) + " of " + std::to_string(n);
  const Json& draw = take(asked);
  if (member_or_null(draw, "fn").string() != "sample" || size_of(draw, "n") != n ||
      size_of(draw, "k") != k)
    throw OtherDraw("the original drew " + dump_json(draw) + ", ours asks for " + asked);
  std::vector<std::size_t> indices;
  for (const Json& index : member_or_null(draw, "indices").array())
    indices.push_back(static_cast<std::size_t>(index.integer()));
  return indices;
}

}  // namespace syndisco::testing
