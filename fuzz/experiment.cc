// Any bytes as an experiment file: refused with a place, or a plan whose jobs are kept and read
// back equal. The first byte chooses between YAML and JSON.
#include "syndisco/design/experiment.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "check.h"

#include "syndisco/text/unicode.h"

using namespace syndisco;

namespace {

/// A folder of its own, with a file that inputs may name.
std::filesystem::path folder() {
  static const std::filesystem::path path = [] {
    std::string name = (std::filesystem::temp_directory_path() / "fuzz-experiment-XXXXXX").string();
    FUZZ_CHECK(::mkdtemp(name.data()) != nullptr);
    std::ofstream(name + "/p.json") << R"([{"username": "a"}, {"username": "b"}])";
    FUZZ_CHECK(::chdir(name.c_str()) == 0);
    return std::filesystem::path(name);
  }();
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  // Files outside the folder are none of the fuzzer's business; some never end.
  if (text.find("/dev") != std::string::npos || text.find("/proc") != std::string::npos) return 0;
  const std::filesystem::path file = folder() / (data[0] % 2 == 0 ? "e.yaml" : "e.json");
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
  for (const FileUse use : {FileUse::kRun, FileUse::kAnnotate}) {
    try {
      const Plan plan = load_plan(file, {}, use);
      FUZZ_CHECK(!plan.models.empty());
      if (!plan.discussions.empty()) {
        const DiscussionJob& job = plan.discussions.back();
        FUZZ_CHECK(discussion_job_from_json(to_json(job)) == job);
      }
      for (const auto& set : plan.annotation_sets)
        FUZZ_CHECK(annotation_set_from_json(to_json(*set)) == *set);
    } catch (const InputError& error) {
      FUZZ_CHECK(!error.place().text().empty());
      FUZZ_CHECK(is_valid_utf8(error.report()));
    }
  }
  return 0;
}
