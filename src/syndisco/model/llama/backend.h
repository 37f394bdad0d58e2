#pragma once

#include <string>

namespace syndisco {

/// Makes llama.cpp ready, once a process, and sends its log lines to our log (debug).
void start_llama_backend();

/// Whether a model with so many layers on GPUs (see `ModelSpec`) computes on one here.
bool computes_on_gpu(int gpu_layers);

/// Keeps what llama.cpp reports as errors on this thread while it lives.
class ErrorLines {
 public:
  ErrorLines();
  ~ErrorLines();
  ErrorLines(const ErrorLines&) = delete;
  ErrorLines& operator=(const ErrorLines&) = delete;

  /// The most telling one, without llama.cpp's function names; "" if there was none.
  std::string reason() const;

 private:
  std::string lines_;
  std::string* outer_;
};

}  // namespace syndisco
