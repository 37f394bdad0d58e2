#include "syndisco/model/llama/weights.h"

#include <fcntl.h>
#include <gguf.h>
#include <llama.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include "syndisco/base/cache.h"
#include "syndisco/base/descriptor.h"
#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/hash.h"
#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"
#include "syndisco/model/llama/backend.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBuiltinPrefix = "builtin:";
constexpr std::string_view kDamagedHint =
    "the file may be damaged or only partly downloaded: fetch it again";

struct Builtin {
  std::string name;
  std::string file;
  std::string encoding;  ///< that suits it; its weights lose nothing worth mentioning by it
};

const std::array<Builtin, 1> kBuiltins = {
    {{"smollm2-135m", "SmolLM2-135M-Instruct.Q4_1.gguf", "Q8_0"}}};

struct Encoding {
  std::string name;
  llama_ftype type;
};

const std::array<Encoding, 3> kEncodings = {{{"Q8_0", LLAMA_FTYPE_MOSTLY_Q8_0},
                                             {"F16", LLAMA_FTYPE_MOSTLY_F16},
                                             {"BF16", LLAMA_FTYPE_MOSTLY_BF16}}};

std::string shown(const fs::path& path) {
  return "'" + printable_line(path.string()) + "'";
}

fs::path models_folder() {
  return fs::absolute(cache_directory()) / "models";
}

const Builtin& find_builtin(std::string_view name) {
  std::vector<std::string> names;
  for (const Builtin& builtin : kBuiltins) {
    if (name == builtin.name) return builtin;
    names.push_back(builtin.name);
  }
  const std::string near = nearest_word(name, names);
  throw InputError(
      "unknown embedded model '" + printable_line(name) + "'", {},
      near.empty() ? "there is builtin:" + names.front() : "did you mean builtin:" + near + "?");
}

struct GgufDeleter {
  void operator()(gguf_context* context) const { gguf_free(context); }
};

/// Bytes that the file must have according to its table of contents; 0 where that cannot be read.
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

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw EnvironmentError("cannot make the folder " + shown(folder) + ": " + error.message(),
                           "SYNDISCO_CACHE chooses another folder");
}

/// Lets one process at a time do something about a file, until it goes out of scope.
class FileLock {
 public:
  explicit FileLock(const fs::path& path)
      : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (!file_)
      throw EnvironmentError("cannot write to " + shown(path) + ": " + std::strerror(errno),
                             "SYNDISCO_CACHE chooses another folder");
    while (::flock(file_.number(), LOCK_EX) != 0 && errno == EINTR) {
    }
  }

 private:
  Descriptor file_;
};

/// A file that is taken away again unless it was kept.
class TemporaryFile {
 public:
  explicit TemporaryFile(fs::path path) : path_(std::move(path)) {}
  ~TemporaryFile() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const fs::path& path() const noexcept { return path_; }

  /// Gives it its lasting name, where nobody ever sees half of it.
  void keep_as(const fs::path& target) {
    const auto fail = [&](const char* what) {
      throw EnvironmentError(std::string("cannot ") + what + " " + shown(target) + ": " +
                             std::strerror(errno));
    };
    Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || ::fsync(file.number()) != 0) fail("write");
    if (::rename(path_.c_str(), target.c_str()) != 0) fail("make");
    path_.clear();
  }

 private:
  fs::path path_;
};

[[noreturn]] void fail_encoding(const fs::path& source, const std::string& encoding,
                                const std::string& reason) {
  throw EnvironmentError(
      "cannot re-encode " + shown(source) + " to " + encoding + ": " + reason,
      "free space for it, let SYNDISCO_CACHE name another folder, or write `weights: as_is`");
}

void encode(const fs::path& source, const fs::path& target, const Encoding& encoding, int threads) {
  make_folder(target.parent_path());
  const FileLock lock(fs::path(target.string() + ".lock"));
  if (fs::exists(target)) return;  // somebody else did it meanwhile

  log::info("", "re-encoding " + shown(source) + " to " + encoding.name + " (once)");
  // Under the lock the name is ours, and what a killed process left there is written over.
  TemporaryFile partial(target.string() + ".partial");
  llama_model_quantize_params options = llama_model_quantize_default_params();
  options.ftype = encoding.type;
  options.nthread = threads;
  options.allow_requantize = true;
  const ErrorLines errors;
  const bool failed = llama_model_quantize(source.c_str(), partial.path().c_str(), &options) != 0;
  std::error_code ignored;
  const std::uintmax_t free = fs::space(target.parent_path(), ignored).available;
  // A full disk is not always reported by the writer, so the result is measured.
  std::error_code error;
  const std::uintmax_t size = fs::file_size(partial.path(), error);
  const std::uintmax_t expected = error ? 0 : expected_size(partial.path());
  if (failed || expected == 0 || size < expected) {
    constexpr std::uintmax_t kNothingLeft = 1 << 20;
    fail_encoding(source, encoding.name,
                  free < kNothingLeft       ? "no space left in " + shown(target.parent_path())
                  : errors.reason().empty() ? "the result is not complete"
                                            : errors.reason());
  }
  partial.keep_as(target);
}

/// "NAME.SHA12.ENCODING.gguf"
fs::path encoded_path(const fs::path& source, const std::string& sha256,
                      const std::string& encoding) {
  return models_folder() /
         (source.stem().string() + "." + sha256.substr(0, 12) + "." + encoding + ".gguf");
}

bool is_encoded_name(const std::string& file, std::string* stem = nullptr,
                     std::string* encoding = nullptr) {
  if (!file.ends_with(".gguf")) return false;
  const std::string name = file.substr(0, file.size() - 5);
  const std::size_t last = name.rfind('.');
  if (last == std::string::npos || last == 0) return false;
  const std::size_t middle = name.rfind('.', last - 1);
  if (middle == std::string::npos || last - middle - 1 != 12) return false;
  const std::string hash = name.substr(middle + 1, 12);
  if (hash.find_first_not_of("0123456789abcdef") != std::string::npos) return false;
  const std::string word = name.substr(last + 1);
  if (std::ranges::find(kEncodings, word, &Encoding::name) == kEncodings.end()) return false;
  if (stem != nullptr) *stem = name.substr(0, middle);
  if (encoding != nullptr) *encoding = word;
  return true;
}

StoredModel stored(const std::string& name, const std::string& weights, const fs::path& path) {
  StoredModel model{.name = name, .weights = weights, .path = path};
  std::error_code error;
  model.bytes = fs::file_size(path, error);
  model.present = !error;
  if (error) model.bytes = 0;
  return model;
}

}  // namespace

std::vector<StoredModel> list_models() {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(models_folder(), error))
    files.push_back(entry.path());
  std::ranges::sort(files);

  std::vector<StoredModel> models;
  const auto add = [&](const std::string& name, const fs::path& path) {
    models.push_back(stored(name, "as_is", path));
    for (const fs::path& file : files) {
      std::string stem;
      std::string encoding;
      if (is_encoded_name(file.filename().string(), &stem, &encoding) &&
          stem == path.stem().string())
        models.push_back(stored(name, encoding, file));
    }
  };
  for (const Builtin& builtin : kBuiltins)
    add(std::string(kBuiltinPrefix) + builtin.name, models_folder() / builtin.file);
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    if (name.ends_with(".gguf") && !is_encoded_name(name) &&
        std::ranges::find(kBuiltins, name, &Builtin::file) == kBuiltins.end())
      add(file.string(), file);
  }
  return models;
}

Weights find_weights(const ModelSpec& spec, int threads) {
  Weights weights;
  weights.encoding = spec.weights.empty() ? "as_is" : spec.weights;
  if (spec.gguf.starts_with(kBuiltinPrefix)) {
    const Builtin& builtin =
        find_builtin(std::string_view(spec.gguf).substr(kBuiltinPrefix.size()));
    weights.source = models_folder() / builtin.file;
    if (spec.weights.empty()) weights.encoding = builtin.encoding;
    if (!fs::exists(weights.source))
      throw EnvironmentError(
          "the embedded model " + builtin.name + " is not in the cache: " + shown(weights.source),
          "./dev setup fetches it");
  } else {
    weights.source = spec.gguf;
  }

  const auto* encoding = std::ranges::find(kEncodings, weights.encoding, &Encoding::name);
  if (weights.encoding != "as_is" && encoding == kEncodings.end())
    throw InputError("unknown weights '" + printable_line(weights.encoding) + "'", {},
                     "known are as_is, Q8_0, F16 and BF16");

  start_llama_backend();
  check_model_file(weights.source);
  weights.sha256 = remembered_sha256(weights.source);
  weights.path = weights.source;
  if (encoding != kEncodings.end()) {
    weights.path = encoded_path(weights.source, weights.sha256, weights.encoding);
    if (!fs::exists(weights.path)) encode(weights.source, weights.path, *encoding, threads);
  }
  return weights;
}

void check_model_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status))
    throw EnvironmentError("no such model file: " + shown(path),
                           "`gguf:` takes a path, or builtin:" + kBuiltins.front().name);
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

std::string remembered_sha256(const fs::path& path) {
  const fs::path whole = fs::absolute(path);
  struct stat status{};
  if (::stat(whole.c_str(), &status) != 0) return sha256_file(path);
  std::ostringstream key;
  key << status.st_size << ' ' << status.st_mtim.tv_sec << '.' << status.st_mtim.tv_nsec << ' '
      << status.st_ctim.tv_sec << '.' << status.st_ctim.tv_nsec << ' ' << status.st_ino;
  const fs::path memory =
      fs::absolute(cache_directory()) / "hashes" / sha256_hex(whole.string()).substr(0, 24);
  {
    std::ifstream file(memory);
    std::string known;
    std::string hash;
    if (std::getline(file, known) && std::getline(file, hash) && known == key.str() &&
        hash.size() == 64)
      return hash;
  }
  const std::string hash = sha256_file(path);
  try {
    write_file_atomically(memory, key.str() + "\n" + hash + "\n");
  } catch (const Error& error) {
    // Without a memory it is computed again next time.
    log::debug("", error.what());
  }
  return hash;
}

}  // namespace syndisco
