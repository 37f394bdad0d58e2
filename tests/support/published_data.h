#pragma once

#include <filesystem>
#include <optional>

namespace syndisco::testing {

/// The discussions that were published with 2.0 and their ratings, unpacked for one test: `main/`
/// with a folder of files for each condition, `toxicity.csv`. Removed at the end.
class PublishedData {
 public:
  PublishedData();
  ~PublishedData();
  PublishedData(const PublishedData&) = delete;
  PublishedData& operator=(const PublishedData&) = delete;

  /// Nothing where the archive is not beside the recordings or cannot be unpacked here; tests then
  /// skip.
  const std::optional<std::filesystem::path>& folder() const { return folder_; }

 private:
  std::optional<std::filesystem::path> folder_;
};

}  // namespace syndisco::testing
