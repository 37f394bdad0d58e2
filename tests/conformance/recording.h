#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "syndisco/base/random.h"
#include "syndisco/text/json.h"

namespace syndisco::testing {

/// One recorded case: a folder with input/case.json and trace.json (shared/conformance/README.md).
struct Recording {
  std::string generation;  ///< name of the folder above, such as "v2_0"
  std::string name;
  std::filesystem::path folder;
  Json input;  ///< input/case.json; null where a case has none
  Json trace;

  /// The member of the case's input; null where there is none.
  const Json& argument(std::string_view key) const;
  /// The member of the trace; null where there is none.
  const Json& traced(std::string_view key) const;
  /// What was called, such as "Discussion"; "" where the case does not say.
  std::string api() const;
  /// The original ended with an error.
  bool failed() const { return !traced("error").is_null(); }
  /// A file of the case, parsed.
  Json read(const std::string& path) const;
};

/// Where a recording is: known without opening it.
struct RecordingPlace {
  std::string generation;
  std::string name;
  std::filesystem::path folder;
};

/// All cases below a folder of recordings, sorted.
std::vector<RecordingPlace> find_recordings(const std::filesystem::path& folder);

/// Throws what reading and parsing throw.
Recording read_recording(const RecordingPlace& place);

/// `value`, or null where the object has no such member.
const Json& member_or_null(const Json& object, std::string_view key);

/// The volatile fields of `ours`, an output file, set to what was recorded.
Json with_volatile(Json ours, const Recording& recording);

/// We drew something else than the original did.
class OtherDraw : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The draws of the original, in order. Throws OtherDraw where ours asks for another one.
class RecordedDraws final : public Draws {
 public:
  explicit RecordedDraws(const Json& random);

  std::size_t below(std::size_t n) override;
  double uniform() override;
  std::vector<std::size_t> sample(std::size_t n, std::size_t k) override;

  bool empty() const { return position_ == draws_.size(); }

 private:
  const Json& take(const std::string& asked);
  JsonArray draws_;
  std::size_t position_ = 0;
};

}  // namespace syndisco::testing
