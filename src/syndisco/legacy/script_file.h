#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/text/json.h"

namespace syndisco {

/// A JSON file that one of the scripts read: one mapping. As in Python, of two members of one name
/// the last counts. Everything throws InputError with file, line and JSON pointer.
class ScriptFile {
 public:
  /// Reads and parses. Throws where there is no such file, no JSON, or no mapping.
  explicit ScriptFile(const std::filesystem::path& path);

  /// What such a file would hold; `name` stands for its path. Throws where it is no mapping.
  ScriptFile(Json json, std::string name);

  /// Throws, naming all that are missing.
  void require(std::span<const std::string_view> names) const;

  /// Warns in the log of members that are not among `known`: the scripts ignored them.
  void warn_of_others(std::span<const std::string_view> known) const;

  /// Whether the member is there and not null.
  bool has(std::string_view name) const;

  std::string text(std::string_view name) const;
  /// The text, or "None" where it is null or missing: what the scripts made of it.
  std::string text_or_none(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  std::vector<std::vector<std::string>> text_lists(std::string_view name) const;
  bool boolean(std::string_view name) const;
  /// A whole number, at least 0; `absent` where it is missing.
  int count(std::string_view name, int absent) const;

  const Json& json() const { return json_; }
  [[noreturn]] void refuse(std::string_view pointer, const std::string& message,
                           const std::string& hint = "") const;

 private:
  void check_mapping() const;
  const Json& member(std::string_view name) const;
  std::vector<std::string> texts_of(const Json& list, const std::string& pointer) const;

  std::string path_;
  JsonPlaces places_;
  Json json_;
};

}  // namespace syndisco
