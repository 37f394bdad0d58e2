#include "syndisco/base/wait.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace syndisco {

bool wait_seconds(double seconds, const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any wake;
  return !wake.wait_for(lock, stop, std::chrono::duration<double>(seconds),
                        [&] { return stop.stop_requested(); });
}

}  // namespace syndisco
