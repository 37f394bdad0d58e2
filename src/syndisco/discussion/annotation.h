#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <stop_token>
#include <vector>

#include "syndisco/discussion/discussion.h"

namespace syndisco {

/// One annotator judges the comments of one discussion, a comment at a time. Not thread-safe.
class Annotation {
 public:
  /// `job` must outlive the annotation. `comments` are the turns of the discussion; silent ones are
  /// not judged unless the set says so.
  Annotation(const AnnotationJob& job, std::span<const Turn> comments, const Models& models);

  void replay(std::span<const Turn> recorded);  ///< as Discussion::replay
  bool finished() const { return position_ == comments_.size(); }
  Turn step(std::stop_token stop = {}, std::uint64_t attempt = 0);  ///< as Discussion::step

 private:
  struct Entry {
    std::uint64_t step;
    std::string name;
    std::string formatted;
  };
  const AnnotationJob& job_;
  const Models& models_;
  std::vector<Entry> comments_;
  std::size_t position_ = 0;
};

}  // namespace syndisco
