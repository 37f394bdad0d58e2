#include <fmt/format.h>

#include <cstdio>
#include <map>

#include "syndisco/cli/command.h"
#include "syndisco/cli/rates.h"
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

/// Requests and tokens of the whole plan, by multiplying what the sample discussion of each cell
/// comes to.
struct Estimate {
  std::uint64_t requests = 0, prompt_tokens = 0, generated_tokens = 0;

  void add(const Sample& sample, std::uint64_t times) {
    for (const SampledPrompt& prompt : sample.prompts) {
      requests += times;
      prompt_tokens += times * prompt.prompt_tokens;
      generated_tokens += times * prompt.generated_tokens;
    }
  }
};

Estimate estimate(const Plan& plan) {
  std::map<std::string, std::uint64_t> per_cell;
  for (const DiscussionJob& job : plan.discussions) ++per_cell[job.cell];
  Estimate all;
  for (const auto& [cell, count] : per_cell)
    for (const DiscussionJob& job : plan.discussions)
      if (job.cell == cell) {
        all.add(sample_discussion(plan, job), count);
        break;
      }
  return all;
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
  JsonArray cells, factors;
  for (const std::string& cell : plan.cells) cells.emplace_back(cell);
  for (const std::string& factor : plan.factors) factors.emplace_back(factor);
  return dump_json_indented(
             JsonObject{{"experiment", plan.experiment},
                        {"seed", plan.seed},
                        {"factors", std::move(factors)},
                        {"cells", std::move(cells)},
                        {"discussions", std::move(discussions)},
                        {"annotations", std::move(sets)},
                        {"estimate", JsonObject{{"requests", all.requests},
                                                {"prompt_tokens", all.prompt_tokens},
                                                {"generated_tokens", all.generated_tokens}}},
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
  const Estimate all = estimate(plan);
  text += fmt::format(
      "\nestimate: {} requests, about {} prompt tokens (before reuse) and at most {} generated "
      "tokens; {}\n",
      grouped(all.requests), grouped(all.prompt_tokens), grouped(all.generated_tokens),
      time_estimate(plan, all.prompt_tokens, all.generated_tokens));
  if (plan.discussions.empty()) return text;
  text += "\n" + heading("Every prompt of " + sample_job(plan).id +
                         " (answers are placeholders; nothing was run)");
  for (const SampledPrompt& prompt : sample_discussion(plan, sample_job(plan)).prompts) {
    text += "\n" +
            tint(terminal.colour, Tint::kCyan,
                 fmt::format("--- {}: {} ({})", printable_line(prompt.asks),
                             printable_line(prompt.who), printable_line(prompt.model))) +
            "\n";
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
