#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "syndisco/base/error.h"
#include "syndisco/design/experiment.h"
#include "syndisco/text/unicode.h"

namespace syndisco::design_test {

/// A folder of one's own for a test, gone with it.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "design-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  std::filesystem::path write(std::string_view name, std::string_view content) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

  /// `text` without the path of this folder.
  std::string relative(std::string_view text) const {
    return replace_all(text, path_.string() + "/", "");
  }

 private:
  std::filesystem::path path_;
};

/// What a person is told; empty fields where nothing is wrong.
struct Problem {
  std::string message;
  std::string place;
  std::string hint;
};

inline Problem problem_of(const Folder& folder, std::string_view name,
                          FileUse use = FileUse::kRun) {
  try {
    load_plan(folder / name, {}, use);
  } catch (const InputError& error) {
    return {folder.relative(error.what()), folder.relative(error.place().text()),
            folder.relative(error.hint())};
  }
  return {};
}

/// The plan of a YAML text; files it names must be in `folder`.
inline Plan plan_of(const Folder& folder, std::string_view yaml,
                    const PlanOverrides& overrides = {}, FileUse use = FileUse::kRun) {
  return load_plan(folder.write("experiment.yaml", yaml), overrides, use);
}

/// Five lines that make a whole experiment; members of `discussions` can be appended, from line 6
/// on.
inline const std::string kBase =
    "experiment: e\n"
    "models:\n"
    "  m: {scripted: {replies: [hi]}}\n"
    "discussions:\n"
    "  personas: [{username: A}, {username: B}]\n";

}  // namespace syndisco::design_test
