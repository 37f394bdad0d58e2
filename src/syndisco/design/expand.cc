#include "syndisco/design/expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "syndisco/design/draw.h"
#include "syndisco/design/models.h"
#include "syndisco/discussion/prompt.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

constexpr std::size_t kMostDiscussions = 100'000;
/// An annotation file adds the annotator's slug and an ending, and most file systems allow 255
/// bytes.
constexpr std::size_t kLongestId = 180;

/// A cell whose keys fit together.
struct CellDesign {
  DiscussionJob job;  ///< all but id, number, participants and opening posts
  std::vector<ActorSpec> pool;
  std::size_t participants = 0;
  std::shared_ptr<const std::vector<OpeningEntry>> opening;
  std::vector<std::vector<std::string>> opening_texts;  ///< of its entries
  int per_cell = 1;
};

template <class T>
T said_or(const std::optional<Said<T>>& said, T otherwise) {
  return said ? said->value : std::move(otherwise);
}

class CellBuilder {
 public:
  CellBuilder(const Study& study, const Cell& cell)
      : study_(study), cell_(cell), keys_(cell.keys) {}

  CellDesign build() {
    SamplingKeys sampling = study_.sampling;
    sampling.override_with(keys_.sampling);
    sampling.apply_to(common_.sampling);
    common_.context = said_or<std::string>(keys_.context, "");
    common_.instructions = said_or<std::string>(keys_.instructions, "");
    if (keys_.model) {
      common_.model = keys_.model->value;
    } else if (study_.models.size() == 1) {
      common_.model = study_.models.front().name;
    }

    CellDesign design;
    design.per_cell = said_or(keys_.per_cell, 1);
    fill_job(design.job);
    fill_pool(design);
    if (keys_.facilitator && keys_.facilitator->value)
      design.job.facilitator = facilitator(*keys_.facilitator->value, sampling);
    if (keys_.opening_posts) design.opening = keys_.opening_posts->value;
    if (design.opening) {
      check_opening(*design.opening, design.participants);
      for (const OpeningEntry& entry : *design.opening) design.opening_texts.push_back(entry.texts);
    }
    return design;
  }

 private:
  [[noreturn]] void missing(const std::string& key, std::string hint) const {
    study_.discussions.fail_at_name(fmt::format("discussions needs the key {}{}", key, in_cell()),
                                    std::move(hint));
  }

  /// For messages: which cell, where there are several.
  std::string in_cell() const {
    return cell_.levels.empty() ? "" : fmt::format(" (cell {})", cell_.name);
  }

  void fill_job(DiscussionJob& job) const {
    job.experiment = study_.experiment;
    job.cell = cell_.name;
    job.levels = cell_.levels;
    job.seed = study_.seed;
    if (!study_.pair_replicates) job.scope = cell_.name;
    job.turns = said_or(keys_.turns, 10);
    job.history = said_or(keys_.history, 3);
    job.turn_taking = said_or(keys_.turn_taking, TurnTaking{});
    job.style = said_or(keys_.style, PromptStyle{});
    job.wrap = keys_.wrap ? static_cast<std::size_t>(keys_.wrap->value) : default_wrap(job.style);
    job.silence = said_or(keys_.silence, std::vector<std::string>{R"("")"});
    if (job.style.own && is_blank(job.style.own->user))
      keys_.style->where.fail_at_name("a prompt style of your own needs the key user",
                                      "it is what a participant is asked");
  }

  void fill_pool(CellDesign& design) const {
    if (!keys_.personas)
      missing("personas", "a list of personas, or the path of a file that holds one");
    const People& people = *keys_.personas->value;
    for (const Person& person : people.persons) {
      ActorSpec& actor = design.pool.emplace_back(common_);
      actor.name = person.name;
      actor.persona = person.attributes;
      if (person.model) actor.model = *person.model;
      if (person.other) person.other->take_over(actor);
      if (actor.model.empty()) missing_model();
    }
    const std::size_t there_are = people.persons.size();
    design.participants = there_are;
    if (!keys_.participants) return;
    design.participants = static_cast<std::size_t>(keys_.participants->value);
    if (design.participants > there_are)
      keys_.participants->where.fail(
          fmt::format("participants is {}, but {} holds only {}{}", design.participants,
                      people.source, there_are, in_cell()),
          "add personas or lower participants");
  }

  ActorSpec facilitator(const FacilitatorKeys& keys, SamplingKeys sampling) const {
    for (const Person& person : keys_.personas->value->persons) {
      if (person.name == keys.name)
        throw InputError(
            fmt::format("the facilitator and a persona are both named {}{}", in_quotes(keys.name),
                        in_cell()),
            keys.name_place,
            fmt::format("names must differ; the persona is at {}", person.where.place().text()));
    }
    ActorSpec actor = common_;
    actor.role = Role::kFacilitator;
    actor.name = keys.name;
    actor.persona = keys.attributes;
    actor.instructions = keys.instructions;
    if (keys.context) actor.context = *keys.context;
    if (keys.model) actor.model = *keys.model;
    if (keys.other) keys.other->take_over(actor);
    if (actor.model.empty()) missing_model();
    sampling.override_with(keys.sampling);
    actor.sampling = Sampling{};
    sampling.apply_to(actor.sampling);
    return actor;
  }

  void check_opening(const std::vector<OpeningEntry>& entries, std::size_t participants) const {
    for (const OpeningEntry& entry : entries)
      if (entry.texts.size() > participants)
        entry.where.fail(fmt::format("this entry of opening posts has {} texts, but a discussion "
                                     "has only {} participants{}",
                                     entry.texts.size(), participants, in_cell()),
                         "each text is said by another participant: shorten the entry or raise "
                         "participants");
  }

  [[noreturn]] void missing_model() const {
    if (study_.models.empty()) require_models(study_.top);
    missing("model", models_hint());
  }

  std::string models_hint() const {
    std::string names;
    for (const ModelSpec& model : study_.models) names += (names.empty() ? "" : ", ") + model.name;
    return "several models are defined (" + names + "); name the one that speaks";
  }

  const Study& study_;
  const Cell& cell_;
  const DiscussionKeys& keys_;
  ActorSpec common_;
};

/// The discussion of that number in its cell, with its draws.
DiscussionJob draw(const CellDesign& design, std::uint64_t number) {
  DiscussionJob job = design.job;
  job.replicate = number;
  job.id = fmt::format("{}.{}.{:04}", slug(job.experiment), job.cell, number);
  draw_participants(job, design.pool, design.participants);
  if (design.opening) draw_opening_posts(job, design.opening_texts);
  return job;
}

void check_size(const Study& study, const std::vector<CellDesign>& designs) {
  std::size_t total = 0;
  for (const CellDesign& design : designs) {
    total += static_cast<std::size_t>(design.per_cell);
    if (total > kMostDiscussions)
      study.discussions.fail_at_name("the file plans more than 100,000 discussions",
                                     "lower per_cell or take out levels");
    const std::string id =
        fmt::format("{}.{}.{:04}", slug(study.experiment), design.job.cell, design.per_cell);
    if (id.size() > kLongestId)
      study.discussions.fail_at_name(
          fmt::format("ids such as {} are longer than {} bytes", in_quotes(id), kLongestId),
          "shorten the names of the experiment or of the levels");
  }
}

}  // namespace

std::vector<DiscussionJob> expand(const Study& study, const std::vector<Cell>& cells) {
  std::vector<CellDesign> designs;
  int most = 0;
  for (const Cell& cell : cells) {
    designs.push_back(CellBuilder(study, cell).build());
    most = std::max(most, designs.back().per_cell);
  }
  check_size(study, designs);
  std::vector<DiscussionJob> jobs;
  for (int number = 1; number <= most; ++number)
    for (const CellDesign& design : designs)
      if (number <= design.per_cell)
        jobs.push_back(draw(design, static_cast<std::uint64_t>(number)));
  return jobs;
}

}  // namespace syndisco
