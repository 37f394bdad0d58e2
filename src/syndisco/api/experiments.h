#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "syndisco/api/actor.h"
#include "syndisco/api/turn_managers.h"
#include "syndisco/record/job.h"
#include "syndisco/record/turn.h"

namespace syndisco::api {

/// How an experiment ended.
struct ExperimentResult {
  std::size_t completed = 0;  ///< discussions, or annotations of one discussion by one annotator
  std::size_t failed = 0;
  bool interrupted = false;  ///< `stop` was asked for; the same call goes on
  /// What failed, and why. Calling again tries these again.
  std::vector<std::pair<std::string, std::string>> failures;
  std::filesystem::path directory;
};

/// Options that both kinds of experiments have.
struct ExperimentOptions {
  std::size_t parallel = 0;  ///< at once; 0: as many as the models are worth
  /// Told of every turn once it is recorded; called from many threads at once. May be empty.
  std::function<void(const std::string& job, const Turn& turn)> on_turn = {};
};

struct DiscussionExperimentOptions {
  std::string name = "discussions";  ///< ids begin with it
  std::vector<Actor> users = {};     ///< of whom some are drawn for each discussion
  std::optional<Actor> moderator = std::nullopt;
  /// None: round robin. Without names: users differ from discussion to discussion.
  std::shared_ptr<const TurnManager> next_turn_manager = nullptr;
  /// Of which one is drawn for each discussion: opening posts, each by another user.
  std::vector<std::vector<std::string>> seed_opinions = {};
  int history_ctx_len = 3;
  int num_turns = 10;        ///< as DiscussionOptions::conv_len
  int num_active_users = 2;  ///< who take part in a discussion
  int num_discussions = 5;
  std::string prompt_style = "plain";
  std::uint64_t seed = 42;
  ExperimentOptions run = {};
};

/// Many discussions, drawn at once and held side by side, into a run directory.
///
///     DiscussionExperiment experiment({.users = actors, .num_discussions = 100});
///     ExperimentResult result = experiment.begin("runs/first");
///     if (result.failed > 0) std::cerr << result.failures.front().second;
///
/// Every answer is recorded before the next one is asked for, so after an interruption, even of the
/// power, the same call goes on. The directory is one of the program's: `syndisco status`, `export`
/// and `check` read it. A turn manager of one's own must come to the same speakers again.
class DiscussionExperiment {
 public:
  /// Draws. Throws InputError where something cannot be meant.
  explicit DiscussionExperiment(const DiscussionExperimentOptions& options);
  ~DiscussionExperiment();
  DiscussionExperiment(DiscussionExperiment&&) noexcept;
  DiscussionExperiment& operator=(DiscussionExperiment&&) noexcept;

  /// What was drawn.
  const std::vector<DiscussionJob>& discussions() const;

  /// Holds what is not held yet, and writes DIRECTORY/discussions/<id>.json. A discussion that
  /// fails does not keep others from going on. Throws InputError where the directory is of
  /// something else, EnvironmentError where it cannot be written. One call at a time.
  ExperimentResult begin(const std::filesystem::path& directory, std::stop_token stop = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct AnnotationExperimentOptions {
  std::string name = "annotations";  ///< of the folder in which the files are
  std::vector<Actor> annotators = {};
  int history_ctx_len = 3;
  bool include_mod_comments = true;
  AnswerConstraint answer = FreeText{};  ///< as AnnotationOptions::answer
  std::string prompt_style = "plain";
  std::uint64_t seed = 42;
  ExperimentOptions run = {};
};

/// Every annotator judges every discussion, side by side.
///
///     AnnotationExperiment experiment({.annotators = {judge}, .answer = IntegerRange{1, 5}});
///     experiment.begin("runs/first");                     // of a DiscussionExperiment
///     experiment.begin("old/discussions", "runs/judged");  // files of any generation
class AnnotationExperiment {
 public:
  /// Throws InputError where something cannot be meant.
  explicit AnnotationExperiment(const AnnotationExperimentOptions& options);
  ~AnnotationExperiment();
  AnnotationExperiment(AnnotationExperiment&&) noexcept;
  AnnotationExperiment& operator=(AnnotationExperiment&&) noexcept;

  /// Judges the completed discussions of a run directory and writes
  /// DIRECTORY/annotations/<name>/<id>.<annotator>.json. Throws as DiscussionExperiment::begin.
  ExperimentResult begin(const std::filesystem::path& directory, std::stop_token stop = {}) const;

  /// Judges the discussion files of a folder (*.json) into a run directory of their own. Every file
  /// is read before anybody is asked. Throws InputError, with the place, where one is no
  /// discussion.
  ExperimentResult begin(const std::filesystem::path& discussions,
                         const std::filesystem::path& directory, std::stop_token stop = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace syndisco::api
