#include "conformance/setup_api.h"

#include <algorithm>

#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/dataset/published.h"
#include "syndisco/model/scripted/scripted_model.h"
#include "syndisco/record/fields.h"
#include "syndisco/record/published.h"

namespace syndisco::testing {
namespace {

bool is_1_0(const Recording& recording) {
  return recording.generation == "g2";
}

bool is_2_0(const Recording& recording) {
  return recording.generation == "v2_0";
}

bool is_2_2(const Recording& recording) {
  return recording.generation == "v2_2";
}

/// An argument of `api` (the object "discussion" or "annotation" of the case) by its name.
const Json& option(const Recording& recording, const char* object, std::string_view key) {
  return member_or_null(recording.argument(object), key);
}

int integer_or(const Json& value, int absent, const std::string& name) {
  if (value.is_null()) return absent;
  return static_cast<int>(integer_from(value, "/" + name));
}

bool boolean_or(const Json& value, bool absent) {
  return value.is_bool() ? value.boolean() : absent;
}

std::string text_or(const Json& value, const std::string& absent) {
  return value.is_null() ? absent : text_from(value, "");
}

std::size_t wrap_of(const Recording& recording, const char* object) {
  if (!is_2_2(recording)) return 70;
  const int wrap = integer_or(option(recording, object, "textwrap_len"), 900000, "textwrap_len");
  if (wrap < 1) throw InputError("textwrap_len must be at least 1");
  return static_cast<std::size_t>(wrap);
}

/// Passes questions on and keeps them.
class Listening final : public Model {
 public:
  Listening(std::unique_ptr<Model> inner, std::vector<Call>& calls)
      : inner_(std::move(inner)), calls_(calls) {}
  const ModelInfo& info() const override { return inner_->info(); }

 protected:
  Answer do_ask(const Request& request, std::stop_token stop) override {
    Request inner = request;
    // Replies come in the order of calls, over all discussions of an experiment.
    inner.tag.call = calls_.size();
    inner.tag.role_call = static_cast<std::uint64_t>(std::ranges::count_if(
        calls_, [&](const Call& call) { return call.request.tag.role == request.tag.role; }));
    calls_.push_back({request});
    // `ask` removes from what this returns; twice would be once too often.
    inner.sampling.remove.clear();
    return inner_->ask(inner, stop);
  }

 private:
  std::unique_ptr<Model> inner_;
  std::vector<Call>& calls_;
};

/// Who spoke is known beforehand.
class KnownSpeakers final : public TurnManager {
 public:
  explicit KnownSpeakers(std::vector<std::size_t> speakers) : speakers_(std::move(speakers)) {}
  std::size_t next(std::size_t, std::span<const std::size_t> spoken, Draws&) const override {
    if (spoken.size() >= speakers_.size()) throw OtherDraw("the original asked nobody more");
    return speakers_[spoken.size()];
  }

 private:
  std::vector<std::size_t> speakers_;
};

/// Whoever was recorded as the first speaker is drawn as such: the original drew it out of one
/// number more than there are users.
class FirstSpeaker final : public Draws {
 public:
  explicit FirstSpeaker(std::size_t first) : first_(first) {}
  std::size_t below(std::size_t) override { return first_; }
  double uniform() override { throw OtherDraw("a queue draws its first speaker and nothing else"); }

 private:
  std::size_t first_;
};

/// A manager of ours with other draws than the discussion's.
class WithDraws final : public TurnManager {
 public:
  WithDraws(std::unique_ptr<TurnManager> inner, Draws& draws)
      : inner_(std::move(inner)), draws_(draws) {}
  WithDraws(std::unique_ptr<TurnManager> inner, std::unique_ptr<Draws> draws)
      : inner_(std::move(inner)), owned_(std::move(draws)), draws_(*owned_) {}
  std::size_t next(std::size_t participants, std::span<const std::size_t> spoken,
                   Draws&) const override {
    return inner_->next(participants, spoken, draws_);
  }

 private:
  std::unique_ptr<TurnManager> inner_;
  std::unique_ptr<Draws> owned_;
  Draws& draws_;
};

/// Nothing where the case's manager is none of ours.
std::optional<TurnTaking> turn_taking_of(const Json& manager) {
  const std::string type = text_or(member_or_null(manager, "type"), "");
  TurnTaking taking;
  if (const Json& p = member_or_null(manager, "p_respond"); p.is_number())
    taking.probability = p.number();
  if (type == "RoundRobin") {
    taking.kind = TurnTakingKind::kRoundRobin;
  } else if (type == "RandomWeighted") {
    // It never used its probability.
    taking.kind = TurnTakingKind::kRandom;
  } else if (type == "QueueTurnManager") {
    taking.kind = TurnTakingKind::kQueue;
    for (const auto& [key, value] : manager.object())
      if (key.find("random") != std::string::npos && value.is_bool())
        taking.random_first_speaker = value.boolean();
  } else if (type == "RespondTurnManager") {
    taking.kind = TurnTakingKind::kRespond;
  } else if (type == "RandomTurnManager") {
    // It is the responding one with probability 0, and draws like it.
    taking.kind = TurnTakingKind::kRespond;
    taking.probability = 0;
  } else {
    return std::nullopt;
  }
  return taking;
}

Json script_of(const Recording& recording) {
  const Json& replies = recording.argument("replies");
  if (replies.is_array() && !replies.array().empty()) return JsonObject{{"replies", replies}};
  if (replies.is_object()) return JsonObject{{"by_role", replies}};
  return JsonObject{{"replies", JsonArray{""}}};
}

std::vector<Json> descriptions_of(const Recording& recording) {
  const Json& users = recording.argument("users");
  std::vector<Json> descriptions;
  if (const Json& file = recording.argument("personas_file"); file.is_string()) {
    for (const Json& persona : personas_2_0(recording.read(file.string()), file.string()))
      descriptions.emplace_back(JsonObject{{"persona", persona}});
  } else if (const Json& list = recording.argument("users_file"); list.is_string()) {
    const Json personas = recording.read(list.string());
    for (const Json& persona : personas.array())
      descriptions.emplace_back(JsonObject{{"persona", persona}});
  } else if (const Json& given = recording.argument("create_users"); given.is_object()) {
    const JsonArray& names = given.find("usernames")->array();
    const JsonArray& attributes = given.find("attributes")->array();
    if (names.size() != attributes.size())
      throw InputError("there are as many lists of attributes as names");
    for (std::size_t i = 0; i < names.size(); ++i)
      descriptions.emplace_back(JsonObject{{"name", names[i]}, {"attributes", attributes[i]}});
  } else if (users.is_array()) {
    descriptions = users.array();
  }
  return descriptions;
}

}  // namespace

std::string Call::text(Message::From from) const {
  for (const Message& message : request.messages)
    if (message.from == from) return message.text;
  return "";
}

ScriptedModels::ScriptedModels(const Recording& recording, const std::string& name) {
  add(JsonObject{{"name", name}}, script_of(recording));
}

ScriptedModels::ScriptedModels(const Recording& recording) {
  const Json script = script_of(recording);
  add(recording.argument("model"), script);
  std::vector<Json> actors;
  if (const Json& users = recording.argument("users"); users.is_array()) actors = users.array();
  actors.push_back(recording.argument("moderator"));
  actors.push_back(recording.argument("annotator"));
  for (const Json& actor : actors) add(member_or_null(actor, "model"), script);
}

ScriptedModels::~ScriptedModels() = default;

void ScriptedModels::add(const Json& model, const Json& script) {
  const Json& name = member_or_null(model, "name");
  if (!name.is_string() || models_.contains(name.string())) return;
  owned_.push_back(std::make_unique<Listening>(make_scripted_model(name.string(), script), calls_));
  models_[name.string()] = owned_.back().get();
}

PromptStyle style_of(const Recording& recording) {
  const char* name = is_1_0(recording)   ? "syndisco-1.0"
                     : is_2_0(recording) ? "syndisco-2.0"
                                         : "syndisco-2.2";
  return {.name = name, .own = std::nullopt};
}

ActorSpec actor_of(const Recording& recording, const Json& description, Role role) {
  ActorSpec actor;
  actor.role = boolean_or(member_or_null(description, "annotator"), role == Role::kAnnotator)
                   ? Role::kAnnotator
                   : (role == Role::kAnnotator ? Role::kUser : role);
  if (is_2_2(recording) && (actor.role == Role::kAnnotator) != (role == Role::kAnnotator))
    throw InputError(role == Role::kAnnotator ? "a user cannot annotate"
                                              : "an annotator cannot take part in a discussion");
  const Json& persona = member_or_null(description, "persona");
  if (!is_2_2(recording) && member_or_null(description, "attributes").is_array()) {
    actor.name = text_from(member_or_null(description, "name"), "/name");
    actor.persona = JsonObject{{"attributes", member_or_null(description, "attributes")}};
  } else if (!is_2_2(recording)) {
    actor.persona = is_1_0(recording) ? persona_1_0(persona, "") : persona_2_0(persona, "");
    actor.name = text_from(*actor.persona.find("username"), "/persona/username");
  } else {
    if (!persona.is_null()) actor.persona = persona;
    actor.name = text_or(member_or_null(description, "name"), "<Unnamed>");
  }
  actor.context =
      text_or(member_or_null(description, "context"), text_or(recording.argument("context"), ""));
  std::string shared =
      role == Role::kUser ? text_or(recording.argument("instructions"), "") : std::string();
  if (const Json& file = recording.argument("instructions_file"); file.is_string())
    shared = read_file(recording.folder / file.string());
  actor.instructions = text_or(member_or_null(description, "instructions"), shared);

  if (is_1_0(recording)) actor.sampling.stop = stop_strings_before_2_0();
  const Json& own = member_or_null(description, "model");
  const Json& model = own.is_null() ? recording.argument("model") : own;
  if (!boolean_or(member_or_null(description, "no_model"), false))
    actor.model = text_or(member_or_null(model, "name"), "");
  actor.sampling.max_tokens =
      integer_or(member_or_null(model, "max_out_tokens"), 1, "max_out_tokens");
  if (const Json& remove = member_or_null(model, "remove_strings"); !remove.is_null())
    actor.sampling.remove = texts_from(remove, "/model/remove_strings");
  return actor;
}

std::vector<ActorSpec> users_of(const Recording& recording) {
  std::vector<ActorSpec> users;
  for (const Json& description : descriptions_of(recording)) {
    ActorSpec user = actor_of(recording, description, Role::kUser);
    // Before 2.2 users are kept by name: the later one takes the place of the earlier.
    const auto same = std::ranges::find(users, user.name, &ActorSpec::name);
    if (!is_2_2(recording) && same != users.end()) {
      *same = std::move(user);
    } else {
      users.push_back(std::move(user));
    }
  }
  return users;
}

DiscussionJob discussion_job_of(const Recording& recording, Draws& draws) {
  const auto given = [&](std::string_view key) -> const Json& {
    return option(recording, "discussion", key);
  };
  DiscussionJob job;
  job.id = "recorded";
  job.participants = users_of(recording);
  if (const Json& moderator = recording.argument("moderator"); !moderator.is_null())
    job.facilitator = actor_of(recording, moderator, Role::kFacilitator);
  job.turns = integer_or(given("conv_len"), 5, "conv_len");
  job.history = integer_or(given("history_context_len"), 5, "history_context_len");
  job.style = style_of(recording);
  job.wrap = wrap_of(recording, "discussion");
  job.blank_lines_enter_history = true;
  if (const std::optional<TurnTaking> taking = turn_taking_of(recording.argument("turn_manager")))
    job.turn_taking = *taking;

  if (const Json& posts = given("seed_opinions"); !posts.is_null()) {
    const std::vector<std::string> texts = texts_from(posts, "/seed_opinions");
    std::optional<std::vector<std::string>> names;
    if (const Json& who = given("seed_opinion_usernames"); !who.is_null())
      names = texts_from(who, "/seed_opinion_usernames");
    std::vector<std::string> users;
    for (const ActorSpec& user : job.participants) users.push_back(user.name);
    if (is_1_0(recording) && texts.size() > static_cast<std::size_t>(job.history))
      throw InputError("there are more opening posts than comments are shown");
    job.opening_posts = is_2_0(recording) ? opening_posts_2_0(texts, names, users, draws)
                                          : opening_posts_2_2(texts, names.value_or(users));
  }
  return job;
}

bool has_recorded_draws(const Recording& recording) {
  const auto taking = turn_taking_of(recording.argument("turn_manager"));
  return taking && !taking->random_first_speaker;
}

std::shared_ptr<const TurnManager> turn_manager_of(const Recording& recording, Draws& draws,
                                                   const std::vector<std::string>& names,
                                                   const Json& speakers) {
  const auto taking = turn_taking_of(recording.argument("turn_manager"));
  if (has_recorded_draws(recording))
    return std::make_shared<WithDraws>(make_turn_manager(*taking), draws);
  std::vector<std::size_t> positions;
  for (const Json& speaker : speakers.array()) {
    const auto found = std::ranges::find(names, speaker.string());
    if (found == names.end())
      throw OtherDraw("recorded speaker " + speaker.string() + " is no user");
    positions.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  if (taking && !positions.empty())
    return std::make_shared<WithDraws>(make_turn_manager(*taking),
                                       std::make_unique<FirstSpeaker>(positions.front()));
  return std::make_shared<KnownSpeakers>(std::move(positions));
}

std::shared_ptr<const TurnManager> with_speakers(std::vector<std::size_t> speakers) {
  return std::make_shared<KnownSpeakers>(std::move(speakers));
}

std::vector<DiscussionJob> experiment_of(const Recording& recording, Draws& draws) {
  const auto given = [&](std::string_view key) -> const Json& {
    return option(recording, "discussion", key);
  };
  const auto number = [&](const char* key, int absent) {
    return integer_or(given(key), absent, key);
  };
  const std::vector<ActorSpec> all = users_of(recording);
  const int active = number("num_active_users", 2);
  if (is_2_2(recording) && active < 2) throw InputError("a discussion needs two users");
  if (static_cast<std::size_t>(active) > all.size()) throw InputError("there are fewer users");
  // One entry for each discussion to choose from: a post, or several.
  std::vector<std::vector<std::string>> openings;
  if (const Json& posts = given("seed_opinions"); posts.is_array()) {
    for (const Json& each : posts.array())
      openings.push_back(each.is_array() ? texts_from(each, "/seed_opinions")
                                         : std::vector<std::string>{each.string()});
  } else if (is_1_0(recording)) {
    throw InputError("an experiment of 1.0 needs seed opinions");
  } else {
    openings.emplace_back();
  }

  std::vector<DiscussionJob> jobs;
  std::vector<std::vector<std::string>> posts;
  for (int i = 0; i < number("num_discussions", 5); ++i) {
    DiscussionJob job;
    job.id = "recorded " + std::to_string(i + 1);
    job.turns = number("num_turns", 10);
    job.history = number("history_ctx_len", 3);
    job.style = style_of(recording);
    job.wrap = wrap_of(recording, "discussion");
    job.blank_lines_enter_history = true;
    if (const Json& moderator = recording.argument("moderator"); !moderator.is_null())
      job.facilitator = actor_of(recording, moderator, Role::kFacilitator);
    posts.push_back(openings[draws.below(openings.size())]);
    std::vector<std::string> names;
    for (const std::size_t drawn : draws.sample(all.size(), static_cast<std::size_t>(active))) {
      job.participants.push_back(all[drawn]);
      names.push_back(all[drawn].name);
    }
    if (is_1_0(recording)) {
      const std::string& who = names[draws.below(names.size())];
      job.opening_posts = opening_posts_2_2(posts.back(), {who});
    } else if (is_2_2(recording)) {
      if (posts.back().size() > names.size())
        throw InputError("there are more opening posts than users");
      names.resize(posts.back().size());
      job.opening_posts = opening_posts_2_2(posts.back(), names);
    }
    jobs.push_back(std::move(job));
  }
  // 2.0 draws who says the opening posts once everything else is drawn.
  if (is_2_0(recording))
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (posts[i].empty()) continue;
      std::vector<std::string> names;
      for (const ActorSpec& user : jobs[i].participants) names.push_back(user.name);
      jobs[i].opening_posts = opening_posts_2_0(posts[i], std::nullopt, names, draws);
    }
  return jobs;
}

std::shared_ptr<const TurnManager> with_draws(std::unique_ptr<TurnManager> inner, Draws& draws) {
  return std::make_shared<WithDraws>(std::move(inner), draws);
}

bool is_refused_on_purpose(const Recording& recording) {
  const Json& posts = option(recording, "discussion", "seed_opinions");
  const Json& names = option(recording, "discussion", "seed_opinion_usernames");
  if (posts.is_string()) return true;
  return posts.is_array() && names.is_array() && names.array().size() < posts.array().size();
}

AnnotationSetup annotation_of(const Recording& recording) {
  return annotation_of(recording, recording.argument("annotator"), "input/conversation.json", 2);
}

AnnotationSetup annotation_of(const Recording& recording, const Json& annotator,
                              const std::string& path, int default_history) {
  const auto given = [&](std::string_view key) -> const Json& {
    return option(recording, "annotation", key);
  };
  AnnotationSetup setup;
  setup.discussion = !is_2_2(recording)
                         ? read_discussion_2_0(recording.read(path), path)
                         : read_discussion_2_2(recording.read(path), path, "recorded");
  auto set = std::make_shared<AnnotationSet>();
  set->name = "recorded";
  set->annotators = {actor_of(recording, annotator, Role::kAnnotator)};
  set->style = style_of(recording);
  set->wrap = wrap_of(recording, "annotation");
  set->history = integer_or(given("history_ctx_len"), default_history, "history_ctx_len");
  set->silent_turns = true;
  // The published rule goes by the name, whoever speaks.
  const bool all = boolean_or(given("include_moderator_comments"),
                              boolean_or(given("include_mod_comments"), true));
  if (!is_2_2(recording) && !all) set->leave_out = "moderator";
  setup.job = make_annotation_job(setup.discussion.job.id, set, 0);

  setup.comments = setup.discussion.turns;
  return setup;
}

}  // namespace syndisco::testing
