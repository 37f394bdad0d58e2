#include "program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "syndisco/text/json.h"

namespace syndisco::test {
namespace fs = std::filesystem;
namespace {

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string program_path() {
  const char* path = std::getenv("SYNDISCO_PROGRAM");
  if (path == nullptr)
    throw std::runtime_error("SYNDISCO_PROGRAM is not set: run this through ctest");
  return path;
}

/// Times and durations differ from run to run; all else must not.
void take_out_times(Json& json) {
  if (json.is_array())
    for (Json& each : json.array()) take_out_times(each);
  if (!json.is_object()) return;
  for (const char* name :
       {"timestamp", "time", "started", "finished", "seconds", "syndisco_finished"})
    json.erase(name);
  for (auto& [name, value] : json.object()) {
    if (name == "syndisco_details") value = parse_json(value.string());
    take_out_times(value);
  }
}

}  // namespace

Folder::Folder() {
  static std::atomic<int> count{0};
  path_ = fs::temp_directory_path() /
          ("syndisco-test-" + std::to_string(getpid()) + "-" + std::to_string(count++));
  fs::create_directories(path_);
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void Folder::write(const std::string& name, const std::string& content) const {
  fs::create_directories((path_ / name).parent_path());
  std::ofstream(path_ / name, std::ios::binary) << content;
}

std::string Folder::read(const std::string& name) const {
  return slurp(path_ / name);
}

Program::Program(const Folder& folder, const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment, void (*prepare)()) {
  static std::atomic<int> count{0};
  const std::string stem = ".output-" + std::to_string(count++);
  out_ = folder / (stem + ".out");
  err_ = folder / (stem + ".err");
  const std::string program = program_path();
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    const int out = open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const int err = open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const int in = open("/dev/null", O_RDONLY);
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    if (chdir(folder.path().c_str()) != 0) _exit(126);
    if (prepare != nullptr) prepare();
    execv(program.c_str(), argv.data());
    _exit(127);
  }
}

Program::~Program() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Program::signal(int number) const {
  kill(pid_, number);
}

std::string Program::out_so_far() const {
  return slurp(out_);
}

std::string Program::err_so_far() const {
  return slurp(err_);
}

Ended Program::wait(std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) {
      ADD_FAILURE() << "the program did not end in time; stderr so far: " << slurp(err_);
      kill(pid_, SIGKILL);
      waitpid(pid_, &status, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  pid_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), slurp(out_),
          slurp(err_)};
}

Ended run(const Folder& folder, const std::vector<std::string>& arguments,
          const std::map<std::string, std::string>& environment) {
  return Program(folder, arguments, environment).wait();
}

bool eventually_impl(bool (*check)(const void*), const void* condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!check(condition)) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

std::map<std::string, std::string> stable_files(const fs::path& directory,
                                                const std::string& folder) {
  std::map<std::string, std::string> files;
  if (!fs::exists(directory / folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(directory / folder)) {
    if (!entry.is_regular_file()) continue;
    Json json = parse_json(slurp(entry.path()), entry.path().string());
    take_out_times(json);
    files[fs::relative(entry.path(), directory).string()] = dump_json_compact(json);
  }
  return files;
}

}  // namespace syndisco::test
