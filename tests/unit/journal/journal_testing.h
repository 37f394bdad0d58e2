#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "syndisco/journal/journal.h"

namespace syndisco::testing {

/// A new directory that goes away with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "journal-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline ActorSpec actor(const std::string& name, Role role = Role::kUser,
                       const std::string& model = "small") {
  ActorSpec spec;
  spec.name = name;
  spec.role = role;
  spec.context = "An online forum.";
  spec.instructions = "Write short comments.";
  spec.model = model;
  return spec;
}

inline std::string discussion_id(const std::string& cell, int replicate) {
  const std::string digits = std::to_string(replicate);
  return "exp." + cell + "." + std::string(4 - digits.size(), '0') + digits;
}

inline DiscussionJob discussion_job(const std::string& cell, int replicate) {
  DiscussionJob job;
  job.id = discussion_id(cell, replicate);
  job.experiment = "exp";
  job.cell = cell;
  job.levels = {{"facilitation", cell}};
  job.seed = 42;
  job.replicate = static_cast<std::uint64_t>(replicate);
  job.participants = {actor("Ann"), actor("Bob")};
  job.opening_posts = {{"Ann", "Buses should be free."}};
  return job;
}

inline std::shared_ptr<const AnnotationSet> annotation_set(const std::string& name,
                                                           const std::string& model = "small") {
  AnnotationSet set;
  set.name = name;
  set.annotators = {actor("Judge 1", Role::kAnnotator, model),
                    actor("Judge 2", Role::kAnnotator, model)};
  set.answer = IntegerRange{1, 5};
  set.seed = 42;
  return std::make_shared<const AnnotationSet>(std::move(set));
}

inline ModelSpec model(const std::string& name, const std::string& gguf = "model.gguf") {
  ModelSpec spec;
  spec.name = name;
  spec.gguf = gguf;
  return spec;
}

/// Replicate by replicate over the cells, as a real plan is.
inline Plan plan(const std::vector<std::string>& cells = {"none", "light"}, int per_cell = 2) {
  Plan result;
  result.experiment = "exp";
  result.seed = 42;
  result.factors = {"facilitation"};
  result.cells = cells;
  result.models = {model("small")};
  for (int replicate = 1; replicate <= per_cell; ++replicate) {
    for (const std::string& cell : cells) {
      result.discussions.push_back(discussion_job(cell, replicate));
    }
  }
  result.source_name = "exp.yaml";
  return result;
}

inline Turn turn(std::uint64_t step, const std::string& text = "I think so too.") {
  Turn result;
  result.step = step;
  result.name = step % 2 == 0 ? "Ann" : "Bob";
  result.text = text;
  result.model = "small";
  result.system = "You are " + result.name + ".";
  result.prompt = "The comments so far: ...";
  result.finish = "end";
  result.prompt_tokens = 100;
  result.reused_tokens = 40;
  result.generated_tokens = 10;
  result.seconds = 0.5;
  result.time = "2026-11-21T22:06:11.123Z";
  return result;
}

inline Outcome completed() {
  return {Status::kCompleted, ""};
}
inline Outcome failed(const std::string& reason) {
  return {Status::kFailed, reason};
}

/// Claims every discussion, gives each `turns` turns and completes it.
inline void complete_discussions(Journal& journal, std::uint64_t turns = 2) {
  std::vector<Claim> later;
  while (std::optional<Claim> claim = journal.claim()) {
    if (!claim->discussion) {
      later.push_back(*claim);
      break;
    }
    for (std::uint64_t step = claim->turns.size(); step < turns; ++step) {
      journal.append(claim->id, turn(step));
    }
    journal.close(claim->id, completed());
  }
  for (const Claim& claim : later) journal.close(claim.id, std::nullopt);
}

}  // namespace syndisco::testing
