#include "support/llama_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace syndisco::test {
namespace {

// Both are given by tests/CMakeLists.txt, which asks tools/ where things are.
const std::filesystem::path kProgram = SYNDISCO_LLAMA_SERVER;
constexpr const char* kModel = "models/SmolLM2-135M-Instruct.Q4_1.gguf";

/// The test program may not link the library, so it looks for the cache itself.
std::filesystem::path model_file() {
  if (const char* cache = std::getenv("SYNDISCO_CACHE"); cache != nullptr && *cache != '\0')
    return std::filesystem::path(cache) / kModel;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0')
    return std::filesystem::path(cache) / "syndisco" / kModel;
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home == nullptr ? "/" : home) / ".cache/syndisco" / kModel;
}

int free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(probe);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

}  // namespace

std::optional<std::string> LlamaServer::missing() {
  if (!std::filesystem::exists(kProgram))
    return "llama-server is not built: tools/setup-llama tools";
  if (!std::filesystem::exists(model_file())) return "the embedded model is not in the cache";
  return std::nullopt;
}

LlamaServer::LlamaServer(int context, int slots)
    : context_(context), slots_(slots), port_(free_port()) {
  start();
}

LlamaServer::~LlamaServer() {
  kill();
}

void LlamaServer::start() {
  const std::vector<std::string> arguments = {kProgram.string(),
                                              "-m",
                                              model_file().string(),
                                              "--host",
                                              "127.0.0.1",
                                              "--port",
                                              std::to_string(port_),
                                              "-c",
                                              std::to_string(context_ * slots_),
                                              "-np",
                                              std::to_string(slots_),
                                              "--no-kv-unified",
                                              "-t",
                                              "1",
                                              "-tb",
                                              "1",
                                              "--no-ui",
                                              "--offline"};
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = ::fork();
  if (pid_ != 0) return;
  // It must not outlive a test that crashes.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) ::_exit(127);
  const int nowhere = ::open("/dev/null", O_RDWR);
  for (int descriptor = 0; descriptor < 3; ++descriptor) ::dup2(nowhere, descriptor);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

void LlamaServer::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace syndisco::test
