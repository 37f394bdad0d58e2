#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace syndisco {

/// A form that weights can be stored in.
struct Encoding {
  std::string_view name;  ///< as `weights:` takes it
  bool near_lossless;     ///< texts are as good as before; false: smaller, and a little worse
  double bits;            ///< of one weight, about
  int file_type;          ///< llama.cpp's number for it
};

/// All that files can be brought into, near-lossless ones first, then from large to small.
std::span<const Encoding> all_encodings();

/// nullptr where there is none of that name.
const Encoding* find_encoding(std::string_view name);

/// Writes the model `source` with other weights to `target`, on `threads` cores. Throws
/// EnvironmentError, and may leave a part of the file behind.
void write_encoded(const std::filesystem::path& source, const std::filesystem::path& target,
                   const Encoding& encoding, int threads);

/// Where the cache keeps a re-encoded model: "NAME.SHA12.ENCODING.gguf", with the first digits of
/// the source's SHA-256.
std::filesystem::path encoded_path(const std::filesystem::path& source, const std::string& sha256,
                                   const Encoding& encoding);

/// Makes sure that the file of `encoded_path` is there, and returns it. Safe when other processes
/// do the same. Throws EnvironmentError.
std::filesystem::path make_encoded(const std::filesystem::path& source, const std::string& sha256,
                                   const Encoding& encoding, int threads);

/// What the name of a file of `encoded_path` says.
struct EncodedName {
  std::string stem;                    ///< of the source
  std::string sha12;                   ///< of the source
  const Encoding* encoding = nullptr;  ///< nullptr: the name is another
};
EncodedName parse_encoded_name(const std::string& file);

/// The folder of models in the cache.
std::filesystem::path models_folder();

}  // namespace syndisco
