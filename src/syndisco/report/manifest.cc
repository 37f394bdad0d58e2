#include <fmt/format.h>

#include "syndisco/analysis/figures/markup.h"
#include "syndisco/report/page_internal.h"

namespace syndisco {
namespace {

std::string member_text(const Json& object, std::string_view name) {
  const Json* value = object.find(name);
  return value == nullptr || value->is_null() ? "\u2013" : plain_text(*value);
}

/// Four significant digits, for prices may be tiny; a dash where there is no price.
std::string cost_text(const std::optional<double>& cost) {
  if (!cost) return "\u2013";
  return *cost < 1000 ? fmt::format("{:.4g}", *cost) : fmt::format("{:.2f}", *cost);
}

std::string runs_html(const Json& runs) {
  PlainTable table;
  table.headings = {"started",     "command", "syndisco", "llama.cpp",
                    "in parallel", "took",    "answers"};
  table.numbers = {false, false, false, false, true, true, true};
  for (const Json& run : runs.array()) {
    const Json* seconds = run.find("seconds");
    table.rows.push_back(
        {member_text(run, "started"), member_text(run, "command"), member_text(run, "syndisco"),
         member_text(run, "llama.cpp"), member_text(run, "parallel"),
         seconds != nullptr && seconds->is_number() ? seconds_text(seconds->number()) : "\u2013",
         member_text(run, "turns")});
  }
  return plain_table_html(table, "Runs");
}

std::string models_html(const Json& run) {
  const Json* models = run.find("models");
  if (models == nullptr || !models->is_object()) return "";
  std::string html =
      "<div class=\"scroll\"><table><caption>Models of the last run</caption>\n<thead><tr><th "
      "scope=\"col\">model</th><th scope=\"col\">what it is</th></tr></thead>\n<tbody>\n";
  for (const auto& [name, model] : models->object()) {
    std::string what;
    if (model.is_object())
      for (const auto& [key, value] : model.object()) {
        // A whole script of replies is in the experiment file.
        constexpr std::size_t kLongest = 300;
        std::string text = plain_text(value);
        if (text.empty() || value.is_null()) continue;
        if (text.size() > kLongest) text = fmt::format("({} bytes)", text.size());
        what += fmt::format("{}<span class=\"faint\">{}:</span> <span{}>{}</span>",
                            what.empty() ? "" : "<br>", name_html(key),
                            key == "sha256" ? " class=\"hash\"" : "", name_html(text));
      }
    html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", name_html(name), what);
  }
  return html + "</tbody></table></div>\n";
}

std::string inputs_html(const Json& run) {
  const Json* inputs = run.find("inputs");
  if (inputs == nullptr || !inputs->is_array() || inputs->array().empty()) return "";
  std::string html =
      "<div class=\"scroll\"><table><caption>Input files of the last run</caption>\n<thead><tr><th "
      "scope=\"col\">file</th><th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n";
  for (const Json& input : inputs->array())
    html += fmt::format("<tr><td>{}</td><td class=\"hash\">{}</td></tr>\n",
                        name_html(member_text(input, "path")),
                        markup_line(member_text(input, "sha256")));
  return html + "</tbody></table></div>\n";
}

}  // namespace

std::string manifest_html(const Journal& journal) {
  std::string html;
  const Json manifest = journal.noted("manifest").value_or(Json());
  if (const Json* runs = manifest.find("runs");
      runs != nullptr && runs->is_array() && !runs->array().empty()) {
    html +=
        runs_html(*runs) + inputs_html(runs->array().back()) + models_html(runs->array().back());
  }
  if (const auto files = journal.noted("files"); files && files->is_object())
    for (const auto& [name, text] : files->object())
      if (text.is_string()) html += text_block(name, text.string());
  // Of an import it names every file: that is for programs, and would be sheets and sheets.
  if (!manifest.is_null())
    html += "<div class=\"no-print\">" +
            text_block("manifest.json", dump_json_indented(manifest, 2)) +
            "</div>\n<p class=\"notes only-print\">manifest.json is not printed.</p>\n";
  return html.empty() ? "<p>There is no manifest: these discussions were not made by a run.</p>\n"
                      : html;
}

std::string usage_html(const Journal& journal) {
  std::map<std::string, Price> prices;
  if (const auto budget = journal.noted("budget"))
    if (const Json* noted = budget->find("prices"); noted != nullptr && noted->is_object())
      for (const auto& [model, price] : noted->object()) prices[model] = price_from_json(price);
  const std::map<std::string, Usage> failed = journal.failed_requests();
  PlainTable table;
  table.headings = {"model",         "requests",        "of these failed",
                    "prompt tokens", "of these reused", "generated tokens"};
  table.numbers = {false, true, true, true, true, true};
  if (!prices.empty()) {
    table.headings.emplace_back("cost");
    table.numbers.push_back(true);
  }
  const auto row = [&](const std::string& name, const Usage& usage, std::uint64_t failures,
                       const std::string& cost) {
    table.rows.push_back({name, grouped_number(usage.requests), grouped_number(failures),
                          grouped_number(usage.prompt_tokens), grouped_number(usage.reused_tokens),
                          grouped_number(usage.generated_tokens)});
    if (!prices.empty()) table.rows.back().push_back(cost);
  };
  Usage all;
  std::uint64_t all_failures = 0;
  std::optional<double> all_costs = 0;  // nothing where a model has no price
  for (const auto& [model, usage] : journal.usage_by_model()) {
    const auto failures = failed.find(model);
    const std::uint64_t count = failures == failed.end() ? 0 : failures->second.requests;
    const auto price = prices.find(model);
    std::optional<double> cost;
    if (price != prices.end()) cost = cost_of(usage, price->second);
    row(model, usage, count, cost_text(cost));
    all += usage;
    all_failures += count;
    all_costs = all_costs && cost ? std::optional(*all_costs + *cost) : std::nullopt;
  }
  if (table.rows.empty()) return "<p>No model was asked here.</p>\n";
  if (table.rows.size() != 1) row("all", all, all_failures, cost_text(all_costs));
  std::string html = plain_table_html(table, "What models were asked");
  if (!prices.empty())
    html +=
        "<p class=\"notes\">Costs are in the currency of the prices in the experiment file.</p>\n";
  return html;
}

}  // namespace syndisco
