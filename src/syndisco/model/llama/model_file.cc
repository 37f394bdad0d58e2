#include "syndisco/model/llama/model_file.h"

#include <gguf.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include "syndisco/base/cache.h"
#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/hash.h"
#include "syndisco/base/log.h"
#include "syndisco/model/cache_files.h"
#include "syndisco/model/llama/backend.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDamagedHint =
    "the file may be damaged or only partly downloaded: fetch it again";

struct GgufDeleter {
  void operator()(gguf_context* context) const { gguf_free(context); }
};

/// What must stay the same for a hash to hold; "" where the file is not there.
std::string state_of(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return "";
  std::ostringstream state;
  state << status.st_size << ' ' << status.st_mtim.tv_sec << '.' << status.st_mtim.tv_nsec << ' '
        << status.st_ctim.tv_sec << '.' << status.st_ctim.tv_nsec << ' ' << status.st_ino;
  return state.str();
}

fs::path memory_of_hash(const fs::path& path) {
  return fs::absolute(cache_directory()) / "hashes" /
         sha256_hex(fs::absolute(path).string()).substr(0, 24);
}

}  // namespace

std::uintmax_t expected_size(const fs::path& path) {
  const std::unique_ptr<gguf_context, GgufDeleter> contents(
      gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = nullptr}));
  if (contents == nullptr) return 0;
  std::uintmax_t size = gguf_get_data_offset(contents.get());
  for (std::int64_t i = 0; i < gguf_get_n_tensors(contents.get()); ++i)
    size = std::max<std::uintmax_t>(size, gguf_get_data_offset(contents.get()) +
                                              gguf_get_tensor_offset(contents.get(), i) +
                                              gguf_get_tensor_size(contents.get(), i));
  return size;
}

void check_model_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status))
    throw EnvironmentError("no such model file: " + shown(path),
                           "`gguf:` takes a path, or builtin:smollm2-135m");
  if (fs::is_directory(status))
    throw EnvironmentError("the model " + shown(path) + " is a directory",
                           "name a .gguf file inside it");
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw EnvironmentError("cannot read the model file " + shown(path) + ": " +
                           std::strerror(errno));
  std::array<char, 4> magic{};
  file.read(magic.data(), magic.size());
  if (std::string_view(magic.data(), magic.size()) != "GGUF")
    throw EnvironmentError(file.gcount() == 0
                               ? "the model file " + shown(path) + " is empty"
                               : "the model file " + shown(path) + " is not in the GGUF format",
                           "models in other formats have to be converted to GGUF first");
  const ErrorLines errors;
  const std::uintmax_t expected = expected_size(path);
  const std::uintmax_t size = fs::file_size(path, error);
  if (expected == 0)
    throw EnvironmentError("the model file " + shown(path) + " cannot be read" +
                               (errors.reason().empty() ? "" : ": " + errors.reason()),
                           std::string(kDamagedHint));
  if (size < expected)
    throw EnvironmentError("the model file " + shown(path) + " ends early: it has " +
                               std::to_string(size) + " of " + std::to_string(expected) + " bytes",
                           std::string(kDamagedHint));
}

std::optional<std::string> known_sha256(const fs::path& path) {
  const std::string state = state_of(path);
  std::ifstream file(memory_of_hash(path));
  std::string known;
  std::string hash;
  if (!state.empty() && std::getline(file, known) && std::getline(file, hash) && known == state &&
      hash.size() == 64)
    return hash;
  return std::nullopt;
}

std::string remembered_sha256(const fs::path& path) {
  if (const std::optional<std::string> known = known_sha256(path)) return *known;
  // Taken before, so that a file that changes meanwhile is computed again.
  const std::string state = state_of(path);
  const std::string hash = sha256_file(path);
  try {
    if (!state.empty()) write_file_atomically(memory_of_hash(path), state + "\n" + hash + "\n");
  } catch (const Error& error) {
    // Without a memory it is computed again next time.
    log::debug("", error.what());
  }
  return hash;
}

}  // namespace syndisco
