#pragma once

#include <cstdint>
#include <filesystem>

namespace syndisco {

/// Whether the file system of this type (`f_type` of statfs) may be shared between machines. There
/// SQLite's write-ahead log does not work, because it shares memory between processes. FUSE counts
/// as shared: sshfs and a local file system look the same from here, and the rollback journal is
/// right on both.
bool is_network_file_system(std::uint64_t type);

/// The same of the file system that holds `path`; false where it cannot be told.
bool is_on_network_file_system(const std::filesystem::path& path);

/// Makes the names in `directory` durable. Does nothing where the file system cannot.
void sync_directory(const std::filesystem::path& directory);

}  // namespace syndisco
