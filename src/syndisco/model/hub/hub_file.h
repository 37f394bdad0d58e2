#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace syndisco {

/// A file of a model repository on a hub.
struct HubFile {
  std::string owner;
  std::string repository;
  std::string path;               ///< in the repository; "" where the whole repository is meant
  std::string revision = "main";  ///< branch, tag or commit

  /// "hf:owner/repository/path", with "@revision" unless that is main.
  std::string name() const;

  /// Where the cache keeps it: models/hf/owner/repository/revision/path. It may not be there.
  std::filesystem::path cached() const;

  bool operator==(const HubFile&) const = default;
};

/// Whether `name` begins with "hf:".
bool is_hub_name(std::string_view name);

/// Reads "hf:owner/repository/path/file.gguf[@revision]". Throws InputError for anything else, and
/// for one part of a model that is split into several files, which cannot be loaded.
HubFile hub_model(std::string_view name);

/// Reads "hf:owner/repository[@revision]". Throws InputError.
HubFile hub_repository(std::string_view name);

/// A file of the repository. Throws InputError for a path that leads out of it.
HubFile file_in(const HubFile& repository, std::string_view path);

/// The model whose cached file that is; nothing where the path is no such place.
std::optional<HubFile> hub_file_of(const std::filesystem::path& cached);

}  // namespace syndisco
