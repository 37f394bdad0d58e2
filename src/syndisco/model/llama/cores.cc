#include "syndisco/model/llama/cores.h"

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

/// The tightest limit of the process's groups and those above them; 0 where there is none.
double cores_of_control_groups() {
  double tightest = 0;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    // hierarchy:controllers:path
    const std::size_t first = line.find(':');
    const std::size_t last = line.find(':', first + 1);
    if (first == std::string::npos || last == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, last - first - 1) + ",";
    const bool second = controllers == ",,";
    if (!second && controllers.find(",cpu,") == std::string::npos) continue;
    const std::string root = second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu";
    for (std::string path = line.substr(last + 1);; path.resize(path.rfind('/'))) {
      const double limit = cores_of_group(root + path, second);
      if (limit > 0 && (tightest <= 0 || limit < tightest)) tightest = limit;
      if (path.rfind('/') == std::string::npos) break;
    }
  }
  return tightest;
}

}  // namespace

int usable_cores() {
  int cores = cores_of_affinity();
  const double limit = cores_of_control_groups();
  if (limit > 0) cores = std::min(cores, static_cast<int>(std::ceil(limit)));
  return std::max(cores, 1);
}

}  // namespace syndisco
