#include "syndisco/analysis/tables.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "syndisco/analysis/tables_internal.h"
#include "syndisco/base/error.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

using Why = std::string (*)(const Corpus& corpus, const AnalysisOptions& options);

bool speaks(const Corpus& corpus, TurnKind kind) {
  return std::ranges::any_of(corpus.comments(),
                             [kind](const CommentFacts& comment) { return comment.kind == kind; });
}

std::string without_facilitator(const Corpus& corpus, const AnalysisOptions&) {
  return speaks(corpus, TurnKind::kFacilitator) ? "" : "no facilitator was asked";
}

std::string without_diversity(const Corpus& corpus, const AnalysisOptions&) {
  const auto of = [](const Measure& measure) { return measure.name == "diversity"; };
  return std::ranges::any_of(corpus.measures(), of) ? "" : "diversity was not computed";
}

std::string without_annotations(const Corpus& corpus, const AnalysisOptions&) {
  return corpus.annotation_sets().empty() ? "there are no annotations" : "";
}

std::string without_raters(const Corpus& corpus, const AnalysisOptions&) {
  if (corpus.annotation_sets().empty()) return "there are no annotations";
  for (const SetFacts& facts : corpus.annotation_sets())
    if (facts.has_values() && facts.set->annotators.size() > 1) return "";
  return "no annotation set has two annotators whose answers can be compared";
}

std::string without_contrast(const Corpus& corpus, const AnalysisOptions& options) {
  if (options.against != nullptr || !options.formula.empty()) return "";
  for (const Factor* factor : tables::chosen_factors(corpus, options))
    if (factor->levels.size() > 1) return "";
  return "there is one group only: no factor has two levels";
}

std::string always(const Corpus&, const AnalysisOptions&) {
  return "";
}

struct Known {
  TableKind kind;
  tables::Maker make;
  Why why_not;
};

const std::vector<Known>& known_tables() {
  static const std::vector<Known> kTables = {
      {{"discussions", "how many discussions and comments, and how long they are", {}},
       tables::make_discussions,
       always},
      {{"participation", "how often users speak and stay silent", {}},
       tables::make_participation,
       always},
      {{"interventions", "how often the facilitator speaks, and when", {"interventions-by-turn"}},
       tables::make_interventions,
       without_facilitator},
      {{"balance", "how evenly users speak, and whom they answer", {}},
       tables::make_balance,
       always},
      {{"diversity", "how different comments are: ROUGE-L, distinct-n, type-token ratio", {}},
       tables::make_diversity,
       without_diversity},
      {{"annotations",
        "what annotators said, and what could not be read",
        {"annotations-unreadable"}},
       tables::make_annotations,
       without_annotations},
      {{"agreement",
        "how far annotators agree, and how polarised they are",
        {"agreement-pairs", "polarisation"}},
       tables::make_agreement,
       without_raters},
      {{"effects", "a mixed model of a measure by factors", {}},
       tables::make_effects,
       without_contrast},
      {{"tests",
        "pairwise tests and effect sizes between conditions",
        {"tests-pairs", "tests-effect-sizes"}},
       tables::make_tests,
       without_contrast},
      {{"divergence", "Jensen-Shannon divergence between conditions or from another corpus", {}},
       tables::make_divergence,
       without_contrast},
      {{"cost", "tokens, time and money by condition", {}}, tables::make_cost, always},
  };
  return kTables;
}

const Known& known_table(const std::string& name) {
  std::vector<std::string> names;
  for (const Known& known : known_tables()) {
    const std::vector<std::string>& parts = known.kind.parts;
    if (known.kind.name == name || name.starts_with(known.kind.name + ".") ||
        std::ranges::find(parts, name) != parts.end())
      return known;
    names.push_back(known.kind.name);
    names.insert(names.end(), parts.begin(), parts.end());
  }
  const std::string nearest = nearest_word(name, names);
  std::string hint = "did you mean " + nearest + "?";
  if (nearest.empty()) {
    hint = "tables are ";
    for (std::size_t i = 0; i < names.size(); ++i) hint += (i > 0 ? ", " : "") + names[i];
  }
  throw InputError("there is no table " + printable_line(name), {}, hint);
}

}  // namespace

const std::vector<TableKind>& table_kinds() {
  static const std::vector<TableKind> kKinds = [] {
    std::vector<TableKind> kinds;
    for (const Known& known : known_tables()) kinds.push_back(known.kind);
    return kinds;
  }();
  return kKinds;
}

void check_options(const Corpus& corpus, const AnalysisOptions& options) {
  for (const std::string& name : options.factors) corpus.factor(name);
  for (const std::string& name : options.measures) corpus.measure(name);
  for (const auto& [name, level] : options.references) {
    const Factor& factor = corpus.factor(name);
    if (std::ranges::find(factor.levels, level) != factor.levels.end()) continue;
    const std::string nearest = nearest_word(level, factor.levels);
    throw InputError("factor " + printable_line(name) + " has no level " + printable_line(level),
                     {}, nearest.empty() ? "" : "did you mean " + printable_line(nearest) + "?");
  }
  if (options.annotator_group.empty()) return;
  std::vector<std::string> attributes;
  for (const SetFacts& facts : corpus.annotation_sets())
    for (const ActorSpec& annotator : facts.set->annotators)
      if (annotator.persona.is_object())
        for (const auto& [name, value] : annotator.persona.object()) attributes.push_back(name);
  if (std::ranges::find(attributes, options.annotator_group) != attributes.end()) return;
  const std::string nearest = nearest_word(options.annotator_group, attributes);
  throw InputError("no annotator has the attribute " + printable_line(options.annotator_group), {},
                   nearest.empty() ? "" : "did you mean " + printable_line(nearest) + "?");
}

std::vector<ResultTable> make_table(const Corpus& corpus, const std::string& name,
                                    const AnalysisOptions& options) {
  const Known& known = known_table(name);
  check_options(corpus, options);
  std::string why = corpus.discussions().empty() ? "there is no discussion to look at" : "";
  if (why.empty()) why = known.why_not(corpus, options);
  if (why.empty()) {
    std::vector<ResultTable> tables = known.make(corpus, options);
    if (known.kind.name == name) return tables;
    std::vector<std::string> names;
    for (ResultTable& table : tables) {
      names.push_back(table.name);
      if (table.name == name) return {std::move(table)};
    }
    const std::vector<std::string>& parts = known.kind.parts;
    if (std::ranges::find(parts, name) == parts.end()) {
      const std::string nearest = nearest_word(name, names);
      throw InputError("there is no table " + printable_line(name), {},
                       nearest.empty() ? "" : "did you mean " + nearest + "?");
    }
    why = "these data give nothing for it";
  }
  ResultTable table;
  table.name = name;
  table.title = known.kind.about;
  table.columns = {tables::text_column("reason", "reason")};
  table.rows = {{"not applicable: " + why}};
  return {table};
}

bool applies(const Corpus& corpus, const std::string& name, const AnalysisOptions& options,
             std::string* why) {
  const Known& known = known_table(name);
  const std::string reason = corpus.discussions().empty() ? "there is no discussion to look at"
                                                          : known.why_not(corpus, options);
  if (why != nullptr) *why = reason;
  return reason.empty();
}

namespace tables {

std::vector<const Factor*> chosen_factors(const Corpus& corpus, const AnalysisOptions& options) {
  std::vector<const Factor*> chosen;
  for (const std::string& name : options.factors) chosen.push_back(&corpus.factor(name));
  if (!chosen.empty()) return chosen;
  for (const Factor& factor : corpus.factors())
    if (factor.levels.size() > 1) chosen.push_back(&factor);
  return chosen;
}

namespace {

/// Whether both tell the same discussions apart.
bool divide_alike(const Factor& a, const Factor& b) {
  std::map<std::int32_t, std::int32_t> forth, back;
  for (std::size_t i = 0; i < a.of.size(); ++i)
    if (forth.try_emplace(a.of[i], b.of[i]).first->second != b.of[i] ||
        back.try_emplace(b.of[i], a.of[i]).first->second != a.of[i])
      return false;
  return true;
}

}  // namespace

std::vector<Group> groups_of(const Corpus& corpus, const AnalysisOptions& options) {
  const auto discussions = static_cast<std::uint32_t>(corpus.discussions().size());
  std::vector<Group> groups(1, {"all", "all", {}});
  for (std::uint32_t d = 0; d < discussions; ++d) groups[0].discussions.push_back(d);
  const auto add_factor = [&](const Factor& factor) {
    const std::size_t first = groups.size();
    for (const std::string& level : factor.levels) groups.push_back({factor.name, level, {}});
    for (std::uint32_t d = 0; d < discussions; ++d)
      if (factor.of[d] >= 0)
        groups[first + static_cast<std::size_t>(factor.of[d])].discussions.push_back(d);
  };
  const std::vector<const Factor*> factors = chosen_factors(corpus, options);
  for (const Factor* factor : factors) add_factor(*factor);
  if (options.factors.size() > 1) {
    std::map<std::vector<std::int32_t>, Group> combinations;
    for (std::uint32_t d = 0; d < discussions; ++d) {
      std::vector<std::int32_t> levels;
      for (const Factor* factor : factors) levels.push_back(factor->of[d]);
      if (std::ranges::find(levels, -1) != levels.end()) continue;
      Group& group = combinations[levels];
      if (group.discussions.empty())
        for (std::size_t i = 0; i < factors.size(); ++i) {
          group.by += (i > 0 ? " x " : "") + factors[i]->name;
          group.level +=
              (i > 0 ? ", " : "") + factors[i]->levels[static_cast<std::size_t>(levels[i])];
        }
      group.discussions.push_back(d);
    }
    for (auto& [levels, group] : combinations) groups.push_back(std::move(group));
  } else if (options.factors.empty() && factors.size() > 1 && corpus.cell().levels.size() > 1 &&
             std::ranges::none_of(factors, [&](const Factor* factor) {
               return divide_alike(*factor, corpus.cell());
             })) {
    add_factor(corpus.cell());
  }
  std::erase_if(groups, [](const Group& group) { return group.discussions.empty(); });
  return groups;
}

std::vector<const Measure*> chosen_measures(const Corpus& corpus, const AnalysisOptions& options,
                                            MeasureUnit preferred) {
  std::vector<const Measure*> chosen;
  for (const std::string& name : options.measures) chosen.push_back(&corpus.measure(name));
  if (!chosen.empty()) return chosen;
  for (const Measure& measure : corpus.measures())
    if (measure.source != Measure::Source::kCounted && measure.unit == preferred)
      chosen.push_back(&measure);
  if (!chosen.empty()) return chosen;
  for (const Measure& measure : corpus.measures()) {
    const bool wanted = preferred == MeasureUnit::kComment
                            ? measure.name == "words"
                            : measure.name == "mean_words" || measure.name == "diversity";
    if (wanted) chosen.push_back(&measure);
  }
  return chosen;
}

TableCell cell(const stats::Value& value) {
  if (value.defined()) return value.value;
  return Undefined{value.why_not};
}

TableCell cell(std::size_t count) {
  return static_cast<std::int64_t>(count);
}

TableCell share_cell(std::size_t part, std::size_t whole, const char* without) {
  if (whole == 0) return Undefined{without};
  return static_cast<double>(part) / static_cast<double>(whole);
}

TableColumn text_column(std::string name, std::string heading) {
  return {std::move(name), std::move(heading), "", true, RealStyle::kFixed, 2};
}

TableColumn count_column(std::string name, std::string heading) {
  return {std::move(name), std::move(heading), "", false, RealStyle::kFixed, 0};
}

TableColumn real_column(std::string name, std::string heading, int digits, RealStyle style) {
  return {std::move(name), std::move(heading), "", false, style, digits};
}

ResultTable grouped_table(std::string name, std::string title) {
  ResultTable table;
  table.name = std::move(name);
  table.title = std::move(title);
  table.columns = {text_column("by", "by"), text_column("level", "level")};
  return table;
}

}  // namespace tables
}  // namespace syndisco
