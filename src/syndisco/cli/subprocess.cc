#include "syndisco/cli/subprocess.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>

#include "syndisco/base/descriptor.h"
#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"

namespace syndisco::cli {
namespace {

using std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(50);
constexpr auto kPatience = std::chrono::seconds(5);

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string text = *each;
    if (!command.environment.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : command.environment)
    if (!value.empty()) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

/// 0 where it could not be started.
pid_t start(const Command& command, int log) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, log, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, log, STDERR_FILENO);
  // A group of its own: Ctrl-C reaches us, and we pass it on. Our blocked signals are not its own.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  const std::vector<std::string> environment = environment_of(command);
  pid_t pid = 0;
  const int code = posix_spawnp(&pid, command.arguments.front().c_str(), &files, &attributes,
                                pointers(command.arguments).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return code == 0 ? pid : 0;
}

}  // namespace

int run_command(const Command& command, std::stop_token stop) {
  const Descriptor log(
      ::open(command.log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (!log)
    throw EnvironmentError("cannot write " + printable_line(command.log.string()) + ": " +
                           std::strerror(errno));
  const pid_t pid = start(command, log.number());
  constexpr int kNotStarted = 127;
  if (pid == 0) return kNotStarted;
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any wake;
  steady_clock::time_point asked_to_end{};
  while (true) {
    int status = 0;
    const pid_t ended = ::waitpid(pid, &status, WNOHANG);
    if (ended == pid) {
      if (asked_to_end != steady_clock::time_point{}) throw Cancelled();
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    if (stop.stop_requested()) {
      const auto now = steady_clock::now();
      const bool first = asked_to_end == steady_clock::time_point{};
      if (first) asked_to_end = now;
      if (first || now - asked_to_end > kPatience) ::kill(-pid, first ? SIGTERM : SIGKILL);
      wake.wait_for(lock, kLook, [] { return false; });
    } else {
      wake.wait_for(lock, stop, kLook, [&] { return stop.stop_requested(); });
    }
  }
}

}  // namespace syndisco::cli
