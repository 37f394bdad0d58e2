#include "syndisco/model/llama/machine.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <string>
#include <thread>

namespace syndisco {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// Cores in the affinity mask.
int cores_of_affinity() {
#ifdef __linux__
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (sched_getaffinity(0, sizeof cpus, &cpus) == 0) {
    // Hyperthreads of one core have the same list of siblings.
    std::set<std::string> cores;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (!CPU_ISSET(cpu, &cpus)) continue;
      const std::string siblings = first_line("/sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                                              "/topology/thread_siblings_list");
      cores.insert(siblings.empty() ? "cpu " + std::to_string(cpu) : siblings);
    }
    if (!cores.empty()) return static_cast<int>(cores.size());
  }
#endif
  return static_cast<int>(std::thread::hardware_concurrency());
}

/// Cores' worth of time that a control group of either version grants; 0 where there is no limit.
double cores_of_group(const std::string& folder, bool second) {
  if (second) {
    std::ifstream file(folder + "/cpu.max");
    std::string quota;
    double period = 0;
    if (!(file >> quota >> period) || quota == "max" || period <= 0) return 0;
    return std::strtod(quota.c_str(), nullptr) / period;
  }
  const double quota = std::strtod(first_line(folder + "/cpu.cfs_quota_us").c_str(), nullptr);
  const double period = std::strtod(first_line(folder + "/cpu.cfs_period_us").c_str(), nullptr);
  return quota > 0 && period > 0 ? quota / period : 0;
}

/// Calls `visit` with the folder of each control group of the process that manages `controller`, up
/// to the root, and whether it is of the second version.
template <typename Visit>
void for_control_groups(const std::string& controller, Visit visit) {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    // hierarchy:controllers:path
    const std::size_t first = line.find(':');
    const std::size_t last = line.find(':', first + 1);
    if (first == std::string::npos || last == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, last - first - 1) + ",";
    const bool second = controllers == ",,";
    if (!second && controllers.find("," + controller + ",") == std::string::npos) continue;
    const std::string root = second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/" + controller;
    for (std::string path = line.substr(last + 1);; path.resize(path.rfind('/'))) {
      visit(root + path, second);
      if (path.rfind('/') == std::string::npos) break;
    }
  }
}

/// The number in a file; -1 where there is none.
double number_in(const std::string& path) {
  std::ifstream file(path);
  double value = 0;
  return file >> value ? value : -1;
}

}  // namespace

int usable_cores() {
  double cores = cores_of_affinity();
  for_control_groups("cpu", [&](const std::string& folder, bool second) {
    const double limit = cores_of_group(folder, second);
    if (limit > 0) cores = std::min(cores, std::ceil(limit));
  });
  return std::max(static_cast<int>(cores), 1);
}

std::uint64_t free_memory() {
  double free = 1e18;
  std::ifstream file("/proc/meminfo");
  for (std::string word; file >> word;)
    if (word == "MemAvailable:" && file >> free) free *= 1024;
  for_control_groups("memory", [&](const std::string& folder, bool second) {
    const double limit = number_in(folder + (second ? "/memory.max" : "/memory.limit_in_bytes"));
    const double used = number_in(folder + (second ? "/memory.current" : "/memory.usage_in_bytes"));
    if (limit < 0 || used < 0) return;
    // Cached files count as used, but give way.
    double cached = 0;
    std::ifstream statistics(folder + "/memory.stat");
    const std::string wanted = second ? "file" : "total_cache";
    double value = 0;
    for (std::string word; statistics >> word >> value;)
      if (word == wanted) cached = value;
    free = std::min(free, std::max(limit - used + cached, 0.0));
  });
  return static_cast<std::uint64_t>(free);
}

}  // namespace syndisco
