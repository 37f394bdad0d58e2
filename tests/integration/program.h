#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace syndisco::test {

/// A folder of its own for one test, removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  void write(const std::string& name, const std::string& content) const;
  std::string read(const std::string& name) const;

 private:
  std::filesystem::path path_;
};

struct Ended {
  int code = -1;  ///< exit code, or 128 + the signal that ended it
  std::string out;
  std::string err;
};

/// The built program, started with arguments in a folder.
class Program {
 public:
  /// `prepare` is called in the new process before the program begins.
  Program(const Folder& folder, const std::vector<std::string>& arguments,
          const std::map<std::string, std::string>& environment = {}, void (*prepare)() = nullptr);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const;
  /// Waits for the end, at most `limit`; then it is killed and the test fails.
  Ended wait(std::chrono::seconds limit = std::chrono::seconds(120));
  pid_t pid() const { return pid_; }
  std::string out_so_far() const;
  std::string err_so_far() const;

 private:
  pid_t pid_ = -1;
  std::filesystem::path out_, err_;
};

Ended run(const Folder& folder, const std::vector<std::string>& arguments,
          const std::map<std::string, std::string>& environment = {});

/// Waits until `condition` holds, at most ten seconds; false then.
template <typename Condition>
bool eventually(const Condition& condition);

bool eventually_impl(bool (*check)(const void*), const void* condition);

template <typename Condition>
bool eventually(const Condition& condition) {
  return eventually_impl([](const void* c) { return (*static_cast<const Condition*>(c))(); },
                         &condition);
}

/// Every JSON file below `directory`/`folder`, by name, without the fields that differ from run to
/// run.
std::map<std::string, std::string> stable_files(const std::filesystem::path& directory,
                                                const std::string& folder);

}  // namespace syndisco::test
