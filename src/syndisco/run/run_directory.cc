#include "syndisco/run/run_directory.h"

#include <system_error>

#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"

namespace syndisco {
namespace fs = std::filesystem;

void check_run_directory(const fs::path& directory, const std::string& other) {
  std::error_code ignored;
  const std::string shown = printable_line(directory.string());
  if (!fs::exists(directory, ignored)) return;
  if (!fs::is_directory(directory, ignored))
    throw InputError(shown + " is a file, not a folder", {}, "choose " + other);
  if (fs::exists(directory / "syndisco.db", ignored)) return;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename().string();
    // What a start leaves that failed before its first record.
    if (name == ".lock" || name == "logs") continue;
    throw InputError(
        shown + " is not empty and no run directory (it holds " + printable_line(name) + ")", {},
        "choose " + other + ", or an empty folder");
  }
}

void record_discussions(Journal& journal,
                        const std::map<std::string, const std::vector<Turn>*>& turns_by_id) {
  while (const std::optional<Claim> claim = journal.claim()) {
    if (!claim->discussion) {
      journal.close(claim->id, std::nullopt);
      return;
    }
    const std::vector<Turn>& turns = *turns_by_id.at(claim->id);
    for (std::size_t i = claim->turns.size(); i < turns.size(); ++i)
      journal.append(claim->id, turns[i]);
    journal.close(claim->id, Outcome{Status::kCompleted, ""});
  }
}

}  // namespace syndisco
