#include "syndisco/model/hub/hub_file.h"

#include <algorithm>
#include <vector>

#include "syndisco/base/cache.h"
#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "hf:";
constexpr std::string_view kExample =
    "write hf:owner/repository/file.gguf, or with @revision behind";
constexpr std::string_view kRepositoryExample =
    "write hf:owner/repository, or with @revision behind";

fs::path root() {
  return fs::absolute(cache_directory()) / "models" / "hf";
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text)
    if (c == '/')
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

std::string join(const std::vector<std::string>& parts, std::size_t from) {
  std::string joined;
  for (std::size_t i = from; i < parts.size(); ++i) joined += (i > from ? "/" : "") + parts[i];
  return joined;
}

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

/// Neither a step up nor something that a path or a URL could take for its own.
bool is_safe_part(const std::string& part, bool word) {
  if (part.empty() || part == "." || part == ".." || part.size() > 200) return false;
  if (word) return std::ranges::all_of(part, is_word_byte);
  return std::ranges::none_of(part, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\' || c == '%' || c == '@';
  });
}

[[noreturn]] void refuse(std::string_view name, const std::string& why, std::string_view example) {
  throw InputError("\"" + printable_line(name) + "\" " + why, {}, std::string(example));
}

HubFile read(std::string_view name, std::string_view example) {
  if (!is_hub_name(name)) refuse(name, "does not begin with hf:", example);
  std::string_view rest = name.substr(kPrefix.size());
  HubFile file;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    file.revision = rest.substr(at + 1);
    rest = rest.substr(0, at);
    for (const std::string& part : split(file.revision))
      if (!is_safe_part(part, true)) refuse(name, "names no revision behind @", example);
  }
  const std::vector<std::string> parts = split(rest);
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!is_safe_part(parts[i], i < 2)) refuse(name, "is no name of a hub's file", example);
  if (parts.size() < 2) refuse(name, "names no repository", example);
  file.owner = parts[0];
  file.repository = parts[1];
  file.path = join(parts, 2);
  return file;
}

/// "model-00002-of-00003.gguf"
bool is_one_of_several(std::string_view path) {
  constexpr std::string_view kForm = "-00000-of-00000.gguf";
  if (path.size() < kForm.size()) return false;
  path.remove_prefix(path.size() - kForm.size());
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = path[i] >= '0' && path[i] <= '9';
    if (kForm[i] == '0' ? !digit : path[i] != kForm[i]) return false;
  }
  return true;
}

// A revision may have slashes (refs/pr/1); as one folder it can be told from the path.
std::string folder_of(std::string revision) {
  for (std::size_t at = 0; (at = revision.find('/', at)) != std::string::npos;)
    revision.replace(at, 1, "%2F");
  return revision;
}

std::string revision_of(std::string folder) {
  for (std::size_t at = 0; (at = folder.find("%2F", at)) != std::string::npos;)
    folder.replace(at, 3, "/");
  return folder;
}

}  // namespace

std::string HubFile::name() const {
  return std::string(kPrefix) + owner + "/" + repository + (path.empty() ? "" : "/" + path) +
         (revision == "main" ? "" : "@" + revision);
}

fs::path HubFile::cached() const {
  return root() / owner / repository / folder_of(revision) / path;
}

bool is_hub_name(std::string_view name) {
  return name.starts_with(kPrefix);
}

HubFile hub_model(std::string_view name) {
  HubFile file = read(name, kExample);
  if (file.path.empty()) refuse(name, "names no file of the repository", kExample);
  if (!file.path.ends_with(".gguf"))
    refuse(name, "is no .gguf file",
           "choose a .gguf file, or convert the repository: syndisco models convert " +
               HubFile{file.owner, file.repository, "", file.revision}.name());
  if (is_one_of_several(file.path))
    refuse(name, "is one part of a model in several files, which cannot be loaded",
           "choose a model in one file, or join its parts with llama.cpp's llama-gguf-split");
  return file;
}

HubFile hub_repository(std::string_view name) {
  HubFile file = read(name, kRepositoryExample);
  if (!file.path.empty()) refuse(name, "is a file, not a repository", kRepositoryExample);
  return file;
}

HubFile file_in(const HubFile& repository, std::string_view path) {
  for (const std::string& part : split(path))
    if (!is_safe_part(part, false)) refuse(path, "is no path in a repository", "");
  HubFile file = repository;
  file.path = path;
  return file;
}

std::optional<HubFile> hub_file_of(const fs::path& cached) {
  const std::vector<std::string> parts = split(cached.lexically_relative(root()).generic_string());
  if (parts.size() < 4 || parts[0] == "..") return std::nullopt;
  return HubFile{parts[0], parts[1], join(parts, 3), revision_of(parts[2])};
}

}  // namespace syndisco
