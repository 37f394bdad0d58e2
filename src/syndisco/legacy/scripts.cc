#include "syndisco/legacy/scripts.h"

#include <algorithm>
#include <array>
#include <limits>

#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"
#include "syndisco/dataset/published.h"
#include "syndisco/discussion/prompt.h"
#include "syndisco/record/published.h"
#include "syndisco/text/unicode.h"
#include "syndisco/text/wrap.h"

namespace syndisco {
namespace {

constexpr int kConvLen = 4;
constexpr int kHistory = 4;
constexpr std::size_t kWrap = 70;

const char* style_name(Scripts scripts) {
  return scripts == Scripts::kThesis ? "g0" : "sdf";
}

/// How llama-cpp-python draws unless it is told otherwise.
Sampling sampling_of(const ScriptSettings& settings) {
  Sampling sampling;
  sampling.temperature = 0.2;
  sampling.top_p = 0.95;
  sampling.top_k = 40;
  sampling.min_p = 0.05;
  sampling.repeat_penalty = 1.0;
  sampling.max_tokens = settings.max_tokens;
  sampling.stop = stop_strings_before_2_0();
  return sampling;
}

Json attributes(const std::vector<std::string>& texts) {
  JsonArray list;
  for (const std::string& text : texts) list.emplace_back(text);
  return JsonObject{{"attributes", std::move(list)}};
}

std::vector<ActorSpec> read_users(const ScriptFile& file, const ActorSpec& pattern) {
  const std::vector<std::string> names = file.texts("user_names");
  const std::vector<std::vector<std::string>> lists = file.text_lists("user_attributes");
  if (names.size() != lists.size())
    file.refuse("/user_attributes",
                "there are " + std::to_string(names.size()) + " user_names, but " +
                    std::to_string(lists.size()) + " lists of attributes",
                "give one list for each name; [] for none");
  std::vector<ActorSpec> users;
  for (std::size_t i = 0; i < names.size(); ++i) {
    ActorSpec user = pattern;
    user.name = names[i];
    user.persona = attributes(lists[i]);
    user.instructions = file.text_or_none("user_instructions");
    users.push_back(std::move(user));
  }
  return users;
}

/// The thesis has a moderator where there is a name, and fails later where it lacks the rest; SDF
/// has one where nothing is lacking.
std::optional<ActorSpec> read_moderator(Scripts scripts, const ScriptFile& file,
                                        const ActorSpec& pattern) {
  if (!file.has("moderator_name")) return std::nullopt;
  if (scripts == Scripts::kSdf &&
      !(file.has("moderator_attributes") && file.has("moderator_instructions")))
    return std::nullopt;
  if (!file.has("moderator_attributes"))
    file.refuse("/moderator_name", "there is a moderator, but no \"moderator_attributes\"",
                "add \"moderator_attributes\", or take the name out");
  ActorSpec moderator = pattern;
  moderator.role = Role::kFacilitator;
  moderator.name = file.text("moderator_name");
  moderator.persona = attributes(file.texts("moderator_attributes"));
  moderator.instructions = file.text_or_none("moderator_instructions");
  return moderator;
}

/// Of several users with one name SDF knows the last one, but keeps a place for each.
void keep_last_of_each_name(std::vector<ActorSpec>& users) {
  for (ActorSpec& user : users) {
    const auto last = std::find_if(users.rbegin(), users.rend(),
                                   [&](const ActorSpec& other) { return other.name == user.name; });
    user = ActorSpec(*last);
  }
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

TurnTaking read_turn_taking(const ScriptFile& file) {
  const std::string type = file.text("turn_manager_type");
  TurnTaking taking;
  if (lower(type) == "round_robin") return taking;
  if (lower(type) != "random_weighted")
    file.refuse("/turn_manager_type", "there is no turn manager \"" + printable_line(type) + "\"",
                "it is round_robin or random_weighted");
  taking.kind = TurnTakingKind::kRespond;
  const Json* config = file.json().find("turn_manager_config");
  if (config == nullptr || config->is_null()) return taking;
  if (!config->is_object())
    file.refuse("/turn_manager_config", "expected a mapping, found " + std::string(config->kind()));
  for (const char* key : {"respond_probability", "p_respond"}) {
    const Json* p = config->find(key);
    if (p == nullptr) continue;
    if (!p->is_number() || !(p->number() >= 0 && p->number() <= 1))
      file.refuse("/turn_manager_config/" + std::string(key), "expected a number from 0 to 1");
    taking.probability = p->number();
  }
  return taking;
}

std::vector<OpeningPost> read_opening_posts(const ScriptFile& file, int history) {
  if (!file.has("seed_opinions") && !file.has("seed_opinion_usernames")) return {};
  const auto texts = [&](const char* name) {
    return file.has(name) ? file.texts(name) : std::vector<std::string>();
  };
  const std::vector<std::string> posts = texts("seed_opinions");
  const std::vector<std::string> names = texts("seed_opinion_usernames");
  if (posts.size() != names.size())
    file.refuse("/seed_opinion_usernames",
                "there are " + std::to_string(posts.size()) + " seed_opinions, but " +
                    std::to_string(names.size()) + " names for who says them",
                "give one name for each");
  if (posts.size() > static_cast<std::size_t>(history))
    file.refuse("/seed_opinions",
                "there are " + std::to_string(posts.size()) + " seed_opinions, but only " +
                    std::to_string(history) + " comments are shown",
                "raise \"history_ctx_len\": nobody would see the first ones");
  return opening_posts_2_2(posts, names);
}

constexpr std::array<std::string_view, 12> kConversationKeys = {"context",
                                                                "user_names",
                                                                "user_attributes",
                                                                "user_instructions",
                                                                "turn_manager_type",
                                                                "turn_manager_config",
                                                                "conv_len",
                                                                "history_ctx_len",
                                                                "moderator_name",
                                                                "moderator_attributes",
                                                                "moderator_instructions",
                                                                "seed_opinions"};
constexpr std::array<std::string_view, 9> kThesisKeys = {"context",
                                                         "user_names",
                                                         "user_attributes",
                                                         "user_instructions",
                                                         "conv_len",
                                                         "history_ctx_len",
                                                         "moderator_name",
                                                         "moderator_attributes",
                                                         "moderator_instructions"};

void check_keys(Scripts scripts, const ScriptFile& file) {
  std::vector<std::string_view> required = {"context", "user_names", "user_attributes",
                                            "user_instructions"};
  std::vector<std::string_view> known(kThesisKeys.begin(), kThesisKeys.end());
  if (scripts == Scripts::kSdf) {
    required.emplace_back("turn_manager_type");
    known.assign(kConversationKeys.begin(), kConversationKeys.end());
    known.emplace_back("seed_opinion_usernames");
  }
  file.require(required);
  file.warn_of_others(known);
}

}  // namespace

DiscussionJob conversation_job(Scripts scripts, const std::filesystem::path& input,
                               const std::string& id, const ScriptSettings& settings) {
  return conversation_job(scripts, ScriptFile(input), input.stem().string(), id, settings);
}

DiscussionJob conversation_job(Scripts scripts, const ScriptFile& file, const std::string& scope,
                               const std::string& id, const ScriptSettings& settings) {
  check_keys(scripts, file);

  ActorSpec pattern;
  pattern.context = file.text_or_none("context");
  pattern.model = settings.model_name;
  pattern.sampling = sampling_of(settings);
  if (scripts == Scripts::kSdf) pattern.sampling.remove = {"```"};

  DiscussionJob job;
  job.id = id;
  job.seed = settings.seed;
  job.scope = scope;
  job.sampler_seed = settings.seed;
  job.participants = read_users(file, pattern);
  job.facilitator = read_moderator(scripts, file, pattern);
  job.turns = file.count("conv_len", kConvLen);
  job.history = file.count("history_ctx_len", kHistory);
  job.wrap = kWrap;
  job.blank_lines_enter_history = true;
  job.style.name = style_name(scripts);
  if (scripts == Scripts::kThesis) {
    job.silence_ends = true;
    // Its length counts rounds.
    const auto turns =
        static_cast<std::int64_t>(job.turns) * static_cast<std::int64_t>(job.participants.size());
    if (turns > std::numeric_limits<int>::max()) file.refuse("/conv_len", "that is too many turns");
    job.turns = static_cast<int>(turns);
  } else {
    keep_last_of_each_name(job.participants);
    job.turn_taking = read_turn_taking(file);
    job.opening_posts = read_opening_posts(file, job.history);
    if (job.participants.empty() && job.turns > 0)
      file.refuse("/user_names", "nobody takes part", "add names, or set \"conv_len\" to 0");
  }
  return job;
}

AnnotationTask annotation_task(Scripts scripts, const std::filesystem::path& prompt,
                               const std::filesystem::path& conversation,
                               const ScriptSettings& settings) {
  const ScriptFile file(prompt);
  std::vector<std::string_view> known = {"attributes", "instructions"};
  if (scripts == Scripts::kSdf) known.emplace_back("include_moderator_comments");
  file.require(known);
  known.emplace_back("history_ctx_len");
  file.warn_of_others(known);

  ActorSpec annotator;
  annotator.role = Role::kAnnotator;
  annotator.persona = attributes(file.texts("attributes"));
  annotator.instructions = file.text_or_none("instructions");
  annotator.model = settings.model_name;
  annotator.sampling = sampling_of(settings);

  auto set = std::make_shared<AnnotationSet>();
  set->name = "annotation";
  set->annotators = {annotator};
  set->style.name = style_name(scripts);
  set->wrap = kWrap;
  set->history = file.count("history_ctx_len", kHistory);
  set->silent_turns = true;
  if (scripts == Scripts::kSdf && !file.boolean("include_moderator_comments"))
    set->leave_out = "moderator";
  set->seed = settings.seed;
  set->sampler_seed = settings.seed;

  AnnotationTask task;
  const ScriptFile discussion(conversation);
  discussion.require(std::array<std::string_view, 2>{"id", "logs"});
  task.discussion = read_discussion(discussion.json(), conversation.string(), "");
  task.job = make_annotation_job(task.discussion.job.id, std::move(set), 0);
  return task;
}

std::string conversation_text(Scripts scripts, const DiscussionRecord& discussion) {
  return published_text(scripts == Scripts::kThesis ? discussion_g0(discussion)
                                                    : discussion_sdf(discussion));
}

std::string annotation_text(Scripts scripts, const AnnotationRecord& annotation,
                            const DiscussionRecord& discussion) {
  return published_text(scripts == Scripts::kThesis ? annotation_g0(annotation, discussion)
                                                    : annotation_sdf(annotation, discussion));
}

std::string conversation_screen(Scripts scripts, const DiscussionJob& job, const Turn& turn) {
  const bool passed_over = turn.silent && turn.kind == TurnKind::kUser;
  if (passed_over && scripts == Scripts::kSdf) return "";
  return format_comment(job.style, job.wrap, turn.name, turn.text) + "\n";
}

std::string annotation_screen(Scripts scripts, const DiscussionRecord& discussion,
                              const Turn& annotation) {
  const Turn& judged = judged_turn(discussion, annotation);
  const PromptStyle style{.name = style_name(scripts), .own = std::nullopt};
  return python_fill(format_comment(style, kWrap, judged.name, judged.text), kWrap) + "\n" +
         annotation.text + "\n";
}

std::string alpaca_chat_template() {
  return "{%- for message in messages -%}"
         "{%- if message.role == 'system' -%}{{ message.content + '\\n\\n' }}"
         "{%- else -%}{{ '### Instruction: ' + message.content + '\\n\\n' }}{%- endif -%}"
         "{%- endfor -%}";
}

ModelSpec script_model(const std::string& name, const std::string& gguf) {
  ModelSpec spec;
  spec.name = name;
  spec.gguf = gguf;
  spec.weights = "as_is";
  spec.chat_template = alpaca_chat_template();
  return spec;
}

}  // namespace syndisco
