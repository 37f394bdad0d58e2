#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

namespace syndisco::cli {

/// Where llama.cpp's own converter lies: beside the installed program, or in the sources that the
/// program was built from. Throws EnvironmentError where it is in neither.
std::filesystem::path find_converter();

/// The Python of a private environment in the cache with all that the converter imports; made when
/// it is not there, which takes minutes and gigabytes and is said before it begins. Throws
/// EnvironmentError, Cancelled.
std::filesystem::path converter_python(std::stop_token stop);

/// Turns the Transformers model in `folder` into a GGUF file that is seen only when it is complete.
/// `type`: bf16, f16, q8_0, or auto: the 16-bit type nearest to the file's. No code out of the
/// folder is run, and nothing is downloaded. Throws EnvironmentError with the converter's reason,
/// Cancelled.
void convert_model(const std::filesystem::path& folder, const std::filesystem::path& out,
                   const std::string& type, std::stop_token stop);

}  // namespace syndisco::cli
