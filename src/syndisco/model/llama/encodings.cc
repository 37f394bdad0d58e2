#include "syndisco/model/llama/encodings.h"

#include <llama.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "syndisco/base/cache.h"
#include "syndisco/base/error.h"
#include "syndisco/base/log.h"
#include "syndisco/model/cache_files.h"
#include "syndisco/model/llama/backend.h"
#include "syndisco/model/llama/model_file.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

constexpr std::array<Encoding, 8> kEncodings = {{
    {"Q8_0", true, 8.5, LLAMA_FTYPE_MOSTLY_Q8_0},
    {"F16", true, 16, LLAMA_FTYPE_MOSTLY_F16},
    {"BF16", true, 16, LLAMA_FTYPE_MOSTLY_BF16},
    {"Q6_K", false, 6.6, LLAMA_FTYPE_MOSTLY_Q6_K},
    {"Q5_K_M", false, 5.7, LLAMA_FTYPE_MOSTLY_Q5_K_M},
    {"Q4_K_M", false, 4.9, LLAMA_FTYPE_MOSTLY_Q4_K_M},
    {"IQ4_NL", false, 4.7, LLAMA_FTYPE_MOSTLY_IQ4_NL},
    {"Q4_0", false, 4.7, LLAMA_FTYPE_MOSTLY_Q4_0},
}};

[[noreturn]] void fail_encoding(const fs::path& source, const Encoding& encoding,
                                const std::string& reason) {
  throw EnvironmentError(
      "cannot re-encode " + shown(source) + " to " + std::string(encoding.name) + ": " + reason,
      "free space for it, let SYNDISCO_CACHE name another folder, or write `weights: as_is`");
}

}  // namespace

std::span<const Encoding> all_encodings() {
  return kEncodings;
}

const Encoding* find_encoding(std::string_view name) {
  const auto* found = std::ranges::find(kEncodings, name, &Encoding::name);
  return found == kEncodings.end() ? nullptr : found;
}

void write_encoded(const fs::path& source, const fs::path& target, const Encoding& encoding,
                   int threads) {
  start_llama_backend();
  llama_model_quantize_params options = llama_model_quantize_default_params();
  options.ftype = static_cast<llama_ftype>(encoding.file_type);
  options.nthread = threads;
  options.allow_requantize = true;
  const ErrorLines errors;
  const bool failed = llama_model_quantize(source.c_str(), target.c_str(), &options) != 0;
  std::error_code ignored;
  const std::uintmax_t free = fs::space(target.parent_path(), ignored).available;
  // A full disk is not always reported by the writer, so the result is measured.
  std::error_code error;
  const std::uintmax_t size = fs::file_size(target, error);
  const std::uintmax_t expected = error ? 0 : expected_size(target);
  if (!failed && expected > 0 && size >= expected) return;
  constexpr std::uintmax_t kNothingLeft = 1 << 20;
  fail_encoding(source, encoding,
                free < kNothingLeft       ? "no space left in " + shown(target.parent_path())
                : errors.reason().empty() ? "the result is not complete"
                                          : errors.reason());
}

fs::path encoded_path(const fs::path& source, const std::string& sha256, const Encoding& encoding) {
  return models_folder() / (source.stem().string() + "." + sha256.substr(0, 12) + "." +
                            std::string(encoding.name) + ".gguf");
}

fs::path make_encoded(const fs::path& source, const std::string& sha256, const Encoding& encoding,
                      int threads) {
  const fs::path target = encoded_path(source, sha256, encoding);
  if (fs::exists(target)) return target;
  make_cache_folder(target.parent_path());
  const FileLock lock(fs::path(target.string() + ".lock"));
  if (fs::exists(target)) return target;  // somebody else did it meanwhile

  log::info("", "re-encoding " + shown(source) + " to " + std::string(encoding.name) + " (once)");
  // Under the lock the name is ours, and what a killed process left there is written over.
  TemporaryFile partial(target.string() + ".partial");
  write_encoded(source, partial.path(), encoding, threads);
  partial.keep_as(target);
  return target;
}

EncodedName parse_encoded_name(const std::string& file) {
  constexpr std::size_t kHash = 12;
  if (!file.ends_with(".gguf")) return {};
  const std::string name = file.substr(0, file.size() - 5);
  const std::size_t last = name.rfind('.');
  if (last == std::string::npos || last == 0) return {};
  const std::size_t middle = name.rfind('.', last - 1);
  if (middle == std::string::npos || last - middle - 1 != kHash) return {};
  const std::string hash = name.substr(middle + 1, kHash);
  if (hash.find_first_not_of("0123456789abcdef") != std::string::npos) return {};
  const Encoding* encoding = find_encoding(name.substr(last + 1));
  if (encoding == nullptr) return {};
  return {.stem = name.substr(0, middle), .sha12 = hash, .encoding = encoding};
}

fs::path models_folder() {
  return fs::absolute(cache_directory()) / "models";
}

}  // namespace syndisco
