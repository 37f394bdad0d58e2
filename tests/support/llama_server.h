#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace syndisco::test {

/// llama.cpp's own server with the embedded model, of the same source as our engine, on a loopback
/// port of its own.
class LlamaServer {
 public:
  /// Why it cannot be started here; nothing where it can.
  static std::optional<std::string> missing();

  /// `context`: tokens of one request.
  explicit LlamaServer(int context, int slots = 4);
  ~LlamaServer();
  LlamaServer(const LlamaServer&) = delete;
  LlamaServer& operator=(const LlamaServer&) = delete;

  /// "http://127.0.0.1:PORT/v1", also while it does not run.
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  /// Starts the process, which takes about a second until it answers.
  void start();
  /// Kills it in the middle of whatever it does.
  void kill();

 private:
  int context_;
  int slots_;
  int port_;
  pid_t pid_ = -1;
};

}  // namespace syndisco::test
