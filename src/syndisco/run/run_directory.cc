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

}  // namespace syndisco
