#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <iostream>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "syndisco/api/actor.h"
#include "syndisco/api/discussion.h"
#include "syndisco/record/sampling.h"
#include "syndisco/record/turn.h"

namespace syndisco::api {

struct AnnotationOptions {
  Actor annotator = {};
  int history_ctx_len = 2;  ///< comments shown, the judged one included, at least 0
  /// Files of 2.2 do not say who the moderator was; there all comments are judged.
  bool include_moderator_comments = true;
  /// What an answer may be, such as IntegerRange{1, 5} or Choice{{"yes", "no"}}.
  AnswerConstraint answer = FreeText{};
  std::string prompt_style = "plain";  ///< as DiscussionOptions::prompt_style
  std::uint64_t seed = 42;
};

/// One annotator judges the comments of one discussion. One thread at a time.
///
///     Annotation annotation({.annotator = judge, .answer = IntegerRange{1, 5}},
///     "discussion.json"); annotation.begin_job();                             // to the end, shown
///     on the screen annotation.save("annotations");
class Annotation {
 public:
  /// Throws InputError where something cannot be meant, or the discussion lacks comments.
  Annotation(const AnnotationOptions& options, DiscussionRecord discussion);
  Annotation(const AnnotationOptions& options, const Discussion& discussion);
  /// A file of any generation.
  Annotation(const AnnotationOptions& options, const std::filesystem::path& discussion);
  ~Annotation();
  Annotation(Annotation&&) noexcept;
  Annotation& operator=(Annotation&&) noexcept;

  bool finished() const;

  /// Judges the next comment: `name` wrote it, `target` is its step, `value` the typed answer.
  /// Requires !finished(). Throws what Model::ask throws; the comment can then be judged again.
  Turn step(std::stop_token stop = {});

  /// Goes on to the end, showing comments and answers on `screen` (nullptr: not at all). A model
  /// whose answer is not allowed, or that fails in a way that may pass, is asked three times.
  void begin_job(std::ostream* screen = &std::cout, std::stop_token stop = {});

  const std::vector<Turn>& turns() const;
  Logs logs() const;  ///< names of those judged, with the annotations as texts

  // As Discussion's.
  Json to_dict(const std::string& format = "") const;
  void to_json_file(const std::filesystem::path& path, const std::string& format = "") const;
  std::filesystem::path save(const std::filesystem::path& folder,
                             const std::string& format = "") const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The discussion of a file of any generation; where it has no id, the name of the file is it.
/// Throws InputError with the place.
DiscussionRecord read_discussion_file(const std::filesystem::path& path);

}  // namespace syndisco::api
