#pragma once

#include <cstddef>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "syndisco/dataset/import.h"
#include "syndisco/dataset/published.h"

namespace syndisco::importing {

/// A file as far as it can be understood alone.
struct ReadFile {
  std::filesystem::path path;
  std::string sha256;
  std::string format;
  // One of these is set.
  std::optional<Error> refused;
  std::optional<DiscussionRecord> discussion;
  std::optional<PublishedAnnotation> annotation;
  std::optional<AnnotationRecord> own_annotation;
  std::size_t position = 0;  ///< of the annotator of own_annotation in its set
  Json json;                 ///< of annotations
  std::string difference;    ///< of discussions: what would not come back; "" where all does
};

/// Calls `work(i)` for every i below `count`, on so many threads. Throws what one of them threw
/// first.
void in_parallel(std::size_t count, std::size_t threads,
                 const std::function<void(std::size_t)>& work);

/// The files to read, and how many others were passed over.
std::vector<std::filesystem::path> files_below(const std::vector<std::filesystem::path>& paths,
                                               std::size_t& passed_over);

ReadFile read_one(const std::filesystem::path& path);

/// What would not come back of an annotation file; "" where all does.
std::string annotation_difference(const ReadFile& file, const AnnotationRecord& record,
                                  const DiscussionRecord& discussion);

}  // namespace syndisco::importing
