#include "syndisco/model/llama/short_waits.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace syndisco {

void ensure_short_waits(char** argv) {
#ifdef __linux__
  constexpr const char* kName = "GOMP_SPINCOUNT";
  if (std::getenv(kName) != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  // About 50 microseconds: longer than threads usually wait for each other on a quiet machine.
  if (::setenv(kName, "1000", 0) != 0) return;
  // By its own path: the process would be called "exe" otherwise.
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) ::execv(self.c_str(), argv);
#else
  (void)argv;
#endif
}

}  // namespace syndisco
