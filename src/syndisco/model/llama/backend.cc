#include "syndisco/model/llama/backend.h"

#include <llama.h>

#include <mutex>
#include <string_view>

#include "syndisco/base/log.h"

namespace syndisco {
namespace {

thread_local std::string* error_lines = nullptr;
thread_local std::string unfinished_line;
thread_local bool unfinished_is_error = false;

void write_line(std::string_view line) {
  if (line.empty() || line.find_first_not_of(" .") == std::string_view::npos) return;
  log::debug("", "llama.cpp: " + std::string(line));
  if (unfinished_is_error && error_lines != nullptr) *error_lines += std::string(line) + "\n";
}

// A message may hold several lines, or a part of one that the next message continues.
void take_message(ggml_log_level level, const char* text, void* /*data*/) {
  if (level != GGML_LOG_LEVEL_CONT) unfinished_is_error = level == GGML_LOG_LEVEL_ERROR;
  unfinished_line += text;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = unfinished_line.find('\n', begin)) != std::string::npos;
       begin = end + 1)
    write_line(std::string_view(unfinished_line).substr(begin, end - begin));
  unfinished_line.erase(0, begin);
}

}  // namespace

void start_llama_backend() {
  static std::once_flag once;
  std::call_once(once, [] {
    llama_log_set(take_message, nullptr);
    llama_backend_init();
  });
}

bool computes_on_gpu(int gpu_layers) {
  start_llama_backend();
  return gpu_layers != 0 && llama_supports_gpu_offload();
}

ErrorLines::ErrorLines() : outer_(error_lines) {
  error_lines = &lines_;
}

ErrorLines::~ErrorLines() {
  error_lines = outer_;
}

std::string ErrorLines::reason() const {
  // The first line is nearest to the cause; later ones say what else could not be done.
  std::string line = lines_.substr(0, lines_.find('\n'));
  // "function: message", "function: error ...: message"
  const std::size_t colon = line.find(": ");
  if (colon != std::string::npos && line.find(' ') > colon) line.erase(0, colon + 2);
  return line;
}

}  // namespace syndisco
