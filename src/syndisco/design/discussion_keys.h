#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "syndisco/design/files.h"
#include "syndisco/design/people.h"
#include "syndisco/design/sampling_keys.h"
#include "syndisco/record/job.h"
#include "syndisco/record/plan.h"

namespace syndisco {

/// A value and where it was said.
template <class T>
struct Said {
  T value;
  Field where;
};

/// The texts that open a discussion, in the order in which they are said.
struct OpeningEntry {
  std::vector<std::string> texts;
  Field where;
};

struct FacilitatorKeys {
  std::string name = "moderator";
  Place name_place;
  Json attributes = JsonObject{};
  std::string instructions;
  std::optional<std::string> context;  ///< that of the discussion where absent
  std::optional<std::string> model;    ///< as well
  std::optional<OtherSpeaker> other;   ///< no model
  SamplingKeys sampling;               ///< over that of the discussion
};

/// What `discussions`, or a level of a factor, says. Every value is checked for itself; whether
/// they fit together is seen where a cell is put together.
struct DiscussionKeys {
  std::optional<Said<int>> per_cell;
  std::optional<Said<std::string>> model;
  std::optional<Said<PromptStyle>> style;
  std::optional<Said<std::string>> context;
  std::optional<Said<std::shared_ptr<const People>>> personas;
  std::optional<Said<std::string>> instructions;
  std::optional<Said<int>> participants;
  std::optional<Said<int>> turns;
  std::optional<Said<int>> history;
  std::optional<Said<TurnTaking>> turn_taking;
  std::optional<Said<std::shared_ptr<const std::vector<OpeningEntry>>>>
      opening_posts;  ///< null: none
  std::optional<Said<std::vector<std::string>>> silence;
  std::optional<Said<std::optional<FacilitatorKeys>>> facilitator;
  std::optional<Said<int>> wrap;
  SamplingKeys sampling;

  /// Key by key: what `later` says counts; sampling merges inside.
  void override_with(const DiscussionKeys& later);
};

DiscussionKeys read_discussion_keys(const Field& field, InputFiles& files,
                                    const std::vector<ModelSpec>& models);

}  // namespace syndisco
