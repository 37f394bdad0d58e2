#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace syndisco {

/// The name in `folder` for a file written at `timestamp`: the `number`th of that name, from 1.
std::filesystem::path output_path(const std::filesystem::path& folder, std::string_view timestamp,
                                  int number);

/// A random identifier as the originals gave to discussions and files (UUID, version 4), made of
/// these bytes; the same bytes give the same.
std::string uuid_of(std::string_view bytes);

/// Bytes that nobody can foresee.
std::string random_bytes();

}  // namespace syndisco
