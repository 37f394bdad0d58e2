#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "syndisco/text/json.h"

namespace syndisco::api {

/// What was said, as syndisco 2.2 keeps it. A value.
///
///     Logs logs = Logs::from_file("discussion.json");
///     logs.append("Emma35", "I agree.", "llama");
///     for (const LogEntry& entry : logs) std::cout << entry.name << ": " << entry.shown() << '\n';
struct LogEntry {
  std::string name;
  Json text;  ///< a text; what a file has instead of one stays as it is
  std::string model;
  std::string prompt;

  /// The text; JSON of what is none.
  std::string shown() const { return text.is_string() ? text.string() : dump_json(text); }
  bool operator==(const LogEntry&) const = default;
};

class Logs {
 public:
  Logs() = default;

  /// The logs of a discussion or annotation file of 2.0 or 2.2, or of our own: names, texts and
  /// models. Prompts and everything else are left behind, as 2.2 does. Throws InputError, with the
  /// place, where something is missing or of another type.
  static Logs from_file(const std::filesystem::path& path);

  void append(LogEntry entry) { entries_.push_back(std::move(entry)); }
  void append(std::string name, std::string text, std::string model, std::string prompt = "") {
    entries_.push_back({std::move(name), std::move(text), std::move(model), std::move(prompt)});
  }

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  const LogEntry& operator[](std::size_t i) const { return entries_[i]; }

  /// {"timestamp": now, "logs": [...]}, the file of 2.2.
  Json to_dict() const;

  /// Replaces an earlier file. Throws EnvironmentError where it cannot be written.
  void to_json_file(const std::filesystem::path& path) const;

  /// Writes a new file in the folder, named by the time ("26-11-27-20-15.json", with "-2" where
  /// that is taken), and returns its path.
  std::filesystem::path save(const std::filesystem::path& folder) const;

  bool operator==(const Logs&) const = default;

 private:
  std::vector<LogEntry> entries_;
};

}  // namespace syndisco::api
