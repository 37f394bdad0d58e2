#include <fmt/format.h>

#include <cstdio>

#include "syndisco/cli/command.h"
#include "syndisco/cli/estimate.h"
#include "syndisco/cli/sample.h"
#include "syndisco/design/experiment.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

struct Arguments {
  std::string file;
  std::optional<std::uint64_t> seed;
  bool json = false;
};

std::string names_of(const DiscussionJob& job) {
  std::string names;
  for (const ActorSpec& actor : job.participants) names += (names.empty() ? "" : ", ") + actor.name;
  if (job.facilitator) names += " + " + job.facilitator->name;
  return names;
}

/// "about 12m 30s, as fast as the last run" or that nobody knows.
std::string time_text(const Estimate& all) {
  if (!all.seconds) return "time not known before the first run";
  return fmt::format("about {}, as fast as the last run", duration_text(*all.seconds));
}

/// Every limit beside what the plan is expected to come to.
std::string limits_text(const Plan& plan, const Estimate& all) {
  std::string text;
  const auto line = [&](const char* name, const std::string& limit, const std::string& expected,
                        bool enough) {
    text += fmt::format("limit of {}: {}; the plan comes to {}{}\n", name, limit, expected,
                        enough ? "" : ", so the run will stop before its end");
  };
  const Limits& limits = plan.limits;
  if (limits.tokens)
    line("tokens", grouped(*limits.tokens), "about " + grouped(all.all.tokens()),
         all.all.tokens() <= *limits.tokens);
  if (limits.requests)
    line("requests", grouped(*limits.requests), grouped(all.all.requests),
         all.all.requests <= *limits.requests);
  if (limits.cost)
    line("cost", money_text(*limits.cost), "about " + money_text(all.cost),
         all.cost <= *limits.cost);
  if (limits.wall_time)
    line("wall_time", duration_text(*limits.wall_time),
         all.seconds ? "about " + duration_text(*all.seconds) : "a time not known yet",
         !all.seconds || *all.seconds <= *limits.wall_time);
  return text;
}

Json prompt_json(const SampledPrompt& prompt) {
  return JsonObject{{"who", prompt.who},
                    {"asks", prompt.asks},
                    {"model", prompt.model},
                    {"system", prompt.system},
                    {"prompt", prompt.user}};
}

/// The discussion whose prompts are shown: the first that has a facilitator, else the first.
const DiscussionJob& sample_job(const Plan& plan) {
  for (const DiscussionJob& job : plan.discussions)
    if (job.facilitator) return job;
  return plan.discussions.front();
}

std::string as_json(const Plan& plan) {
  JsonArray discussions, sets, prompts;
  for (const DiscussionJob& job : plan.discussions) {
    JsonArray participants;
    for (const ActorSpec& actor : job.participants) participants.emplace_back(actor.name);
    JsonObject levels;
    for (const auto& [factor, level] : job.levels) levels.emplace_back(factor, level);
    discussions.emplace_back(JsonObject{
        {"id", job.id},
        {"cell", job.cell},
        {"levels", std::move(levels)},
        {"participants", std::move(participants)},
        {"facilitator", job.facilitator ? Json(job.facilitator->name) : Json()},
        {"opening_post", job.opening_posts.empty() ? Json() : Json(job.opening_posts[0].text)},
        {"turns", job.turns}});
  }
  for (const auto& set : plan.annotation_sets) {
    JsonArray annotators;
    for (const ActorSpec& actor : set->annotators) annotators.emplace_back(actor.name);
    sets.emplace_back(JsonObject{{"name", set->name}, {"annotators", std::move(annotators)}});
  }
  if (!plan.discussions.empty())
    for (const SampledPrompt& prompt : sample_discussion(plan, sample_job(plan)).prompts)
      prompts.push_back(prompt_json(prompt));
  const Estimate all = estimate(plan);
  JsonObject models;
  for (const ModelSpec& spec : plan.models) {
    Json model = spec.identity();
    if (spec.endpoint) model.set("connection", spec.endpoint->connection());
    models.emplace_back(spec.name, std::move(model));
  }
  JsonArray cells, factors;
  for (const std::string& cell : plan.cells) cells.emplace_back(cell);
  for (const std::string& factor : plan.factors) factors.emplace_back(factor);
  return dump_json_indented(
             JsonObject{{"experiment", plan.experiment},
                        {"seed", plan.seed},
                        {"models", std::move(models)},
                        {"factors", std::move(factors)},
                        {"cells", std::move(cells)},
                        {"discussions", std::move(discussions)},
                        {"annotations", std::move(sets)},
                        {"limits", to_json(plan.limits)},
                        {"estimate", to_json(all)},
                        {"sample",
                         JsonObject{{"discussion",
                                     plan.discussions.empty() ? Json() : Json(sample_job(plan).id)},
                                    {"prompts", std::move(prompts)}}}},
             2) +
         "\n";
}

std::string as_text(const Plan& plan, const Terminal& terminal) {
  const auto heading = [&](const std::string& text) {
    return tint(terminal.colour, Tint::kBold, text) + "\n";
  };
  std::string text = heading(fmt::format("{}: {} discussions in {} cells, seed {}",
                                         printable_line(plan.experiment), plan.discussions.size(),
                                         plan.cells.size(), plan.seed));
  Table table;
  table.column("discussion");
  table.column("turns", Table::Align::kRight);
  table.column("participants");
  table.column("opening post");
  constexpr std::size_t kListed = 24;
  for (std::size_t i = 0; i < std::min(plan.discussions.size(), kListed); ++i) {
    const DiscussionJob& job = plan.discussions[i];
    std::string post = job.opening_posts.empty() ? "-" : printable_line(job.opening_posts[0].text);
    if (post.size() > 40) post = post.substr(0, complete_utf8_prefix(post.substr(0, 37))) + "...";
    table.row({job.id, std::to_string(job.turns), names_of(job), post});
  }
  text += "\n" + table.text();
  if (plan.discussions.size() > kListed)
    text += fmt::format("... and {} more (--json lists all)\n", plan.discussions.size() - kListed);
  for (const auto& set : plan.annotation_sets)
    text += fmt::format("annotation set {}: {} annotators\n", printable_line(set->name),
                        set->annotators.size());
  for (const ModelSpec& spec : plan.models) {
    if (!spec.endpoint) continue;
    std::string servers;
    for (const std::string& url : spec.endpoint->urls)
      servers += (servers.empty() ? "" : ", ") + printable_line(url);
    text += fmt::format(
        "model {}: {} at {}{}\n", printable_line(spec.name), printable_line(spec.endpoint->model),
        servers,
        spec.endpoint->api_key_env.empty() ? "" : ", key from $" + spec.endpoint->api_key_env);
  }
  const Estimate all = estimate(plan);
  text += fmt::format(
      "\nestimate: {} requests, about {} prompt tokens (before reuse) and at most {} generated "
      "tokens{}; {}\n",
      grouped(all.all.requests), grouped(all.all.prompt_tokens), grouped(all.all.generated_tokens),
      prices_of(plan).empty() ? "" : ", about " + money_text(all.cost) + " of cost",
      time_text(all));
  text += limits_text(plan, all);
  if (plan.discussions.empty()) return text;
  text += "\n" + heading("Every prompt of " + sample_job(plan).id +
                         " (answers are placeholders; nothing was run)");
  for (const SampledPrompt& prompt : sample_discussion(plan, sample_job(plan)).prompts) {
    text += "\n" +
            tint(terminal.colour, Tint::kCyan,
                 fmt::format("--- {}: {} ({})", printable_line(prompt.asks),
                             printable_line(prompt.who), printable_line(prompt.model))) +
            "\n";
    if (prompt.speaker != SpeakerKind::kModel) {
      text += tint(terminal.colour, Tint::kDim, "sees:") + "\n" +
              (prompt.user.empty() ? "(nothing)" : printable(prompt.user)) + "\n";
      continue;
    }
    text += tint(terminal.colour, Tint::kDim, "system:") + "\n" + printable(prompt.system) + "\n";
    text += tint(terminal.colour, Tint::kDim, "user:") + "\n" + printable(prompt.user) + "\n";
  }
  return text;
}

}  // namespace

void add_plan(CLI::App& app, const Global& global, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("plan", "Check a file and print the expanded design; run nothing");
  command->add_option("FILE", arguments->file, "experiment file")->required();
  command->add_option("--seed", arguments->seed, "instead of the file's seed");
  command->add_flag("--json", arguments->json, "for programs");
  command->footer("Example:\n  syndisco plan experiment.yaml | less");
  command->callback([arguments, &global, &action] {
    action = [arguments, &global] {
      const Plan plan = load_plan(arguments->file, {.seed = arguments->seed});
      const std::string text = arguments->json ? as_json(plan) : as_text(plan, global.terminal);
      std::fputs(text.c_str(), stdout);
      return 0;
    };
  });
}

}  // namespace syndisco::cli
