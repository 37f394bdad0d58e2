// Tables of what is counted: comments, turns, words.

#include <algorithm>
#include <cmath>
#include <utility>

#include "syndisco/analysis/stats/tests.h"
#include "syndisco/analysis/tables_internal.h"

namespace syndisco::tables {
namespace {

constexpr const char* kNoTurns = "no user was asked";
constexpr const char* kNoFacilitator = "no facilitator was asked";

/// The values of a discussion measure in a group, without missing ones.
std::vector<double> values_in(const Group& group, const Measure& measure) {
  std::vector<double> values;
  for (const std::uint32_t d : group.discussions)
    if (!std::isnan(measure.values[d])) values.push_back(measure.values[d]);
  return values;
}

void add_mean_and_sd(std::vector<TableCell>& row, const std::vector<double>& values) {
  const stats::Descriptives described = stats::describe(values);
  row.push_back(cell(described.mean));
  row.push_back(cell(described.sd));
}

/// Calls `look` with every comment of the group.
template <typename Look>
void for_each_comment(const Corpus& corpus, const Group& group, Look look) {
  for (const std::uint32_t d : group.discussions)
    for (const CommentFacts& comment : corpus.comments_of(d)) look(comment);
}

}  // namespace

std::vector<ResultTable> make_discussions(const Corpus& corpus, const AnalysisOptions& options) {
  ResultTable table = grouped_table("discussions", "Discussions and comments");
  for (TableColumn column :
       {count_column("discussions", "discussions"), count_column("comments", "comments"),
        count_column("by_users", "by users"), count_column("by_facilitator", "by facilitator"),
        real_column("comments_mean", "comments per discussion"), real_column("comments_sd", "SD"),
        real_column("words_mean", "words per comment"), real_column("words_sd", "SD"),
        count_column("words", "words")})
    table.columns.push_back(std::move(column));
  for (const Group& group : groups_of(corpus, options)) {
    std::size_t users = 0, facilitator = 0, all_words = 0;
    std::vector<double> words;
    for_each_comment(corpus, group, [&](const CommentFacts& comment) {
      if (comment.kind == TurnKind::kOpening || comment.blank) return;
      ++(comment.kind == TurnKind::kFacilitator ? facilitator : users);
      words.push_back(comment.words);
      all_words += comment.words;
    });
    std::vector<TableCell> row = {group.by,           group.level, cell(group.discussions.size()),
                                  cell(words.size()), cell(users), cell(facilitator)};
    add_mean_and_sd(row, values_in(group, corpus.measure("comments")));
    add_mean_and_sd(row, words);
    row.push_back(cell(all_words));
    table.rows.push_back(std::move(row));
  }
  table.notes = {
      "Comments are what models wrote, the facilitator's included; opening posts and blank answers "
      "are not counted, answers of quotation marks alone are."};
  return {table};
}

std::vector<ResultTable> make_participation(const Corpus& corpus, const AnalysisOptions& options) {
  ResultTable table = grouped_table("participation", "Users' turns");
  for (TableColumn column :
       {count_column("turns", "turns"), count_column("spoken", "spoken"),
        count_column("silent", "silent"), count_column("quote_only", "quotation marks only"),
        real_column("participation_rate", "participation rate", 3)})
    table.columns.push_back(std::move(column));
  for (const Group& group : groups_of(corpus, options)) {
    std::size_t turns = 0, silent = 0, quotes = 0;
    for_each_comment(corpus, group, [&](const CommentFacts& comment) {
      if (comment.kind != TurnKind::kUser) return;
      ++turns;
      if (comment.silent) ++silent;
      if (comment.quote_only && !comment.blank) ++quotes;
    });
    table.rows.push_back({group.by, group.level, cell(turns), cell(turns - silent), cell(silent),
                          cell(quotes), share_cell(turns - silent, turns, kNoTurns)});
  }
  table.notes = {
      "A turn is silent where the answer was taken for silence, is blank, or holds quotation marks "
      "only."};
  return {table};
}

namespace {

ResultTable interventions_through_time(const Corpus& corpus, const std::vector<Group>& groups) {
  ResultTable table = grouped_table("interventions-by-turn", "Facilitator's turns through time");
  for (TableColumn column :
       {count_column("turn", "facilitator's turn"), count_column("discussions", "discussions"),
        count_column("interventions", "interventions"),
        real_column("cumulative_percent", "cumulative %", 1)})
    table.columns.push_back(std::move(column));
  for (const Group& group : groups) {
    struct AtTurn {
      std::size_t discussions = 0, interventions = 0;
      double percents = 0;
    };
    std::vector<AtTurn> turns;
    for (const std::uint32_t d : group.discussions) {
      std::size_t turn = 0, so_far = 0;
      for (const CommentFacts& comment : corpus.comments_of(d)) {
        if (comment.kind != TurnKind::kFacilitator) continue;
        if (!comment.silent) ++so_far;
        if (turns.size() <= turn) turns.emplace_back();
        AtTurn& at = turns[turn++];
        ++at.discussions;
        if (!comment.silent) ++at.interventions;
        at.percents += 100 * static_cast<double>(so_far) / static_cast<double>(turn);
      }
    }
    for (std::size_t i = 0; i < turns.size(); ++i)
      table.rows.push_back({group.by, group.level, cell(i + 1), cell(turns[i].discussions),
                            cell(turns[i].interventions),
                            turns[i].percents / static_cast<double>(turns[i].discussions)});
  }
  table.notes = {
      "Cumulative %: of the facilitator's turns up to this one, those that say something, averaged "
      "over the discussions that come so far."};
  return table;
}

}  // namespace

std::vector<ResultTable> make_interventions(const Corpus& corpus, const AnalysisOptions& options) {
  ResultTable table = grouped_table("interventions", "Facilitator's turns");
  for (TableColumn column :
       {count_column("facilitated", "facilitated discussions"), count_column("turns", "turns"),
        count_column("interventions", "interventions"),
        real_column("intervention_rate", "intervention rate", 3),
        real_column("interventions_mean", "interventions per discussion"),
        real_column("position_mean", "mean position", 2)})
    table.columns.push_back(std::move(column));
  const std::vector<Group> groups = groups_of(corpus, options);
  for (const Group& group : groups) {
    std::size_t facilitated = 0, turns = 0, interventions = 0;
    double positions = 0;
    for (const std::uint32_t d : group.discussions) {
      const std::size_t before = turns;
      const auto comments = corpus.comments_of(d);
      for (std::size_t i = 0; i < comments.size(); ++i) {
        if (comments[i].kind != TurnKind::kFacilitator) continue;
        ++turns;
        if (comments[i].silent) continue;
        ++interventions;
        positions += static_cast<double>(i + 1) / static_cast<double>(comments.size());
      }
      if (turns > before) ++facilitated;
    }
    const auto per = [&](double sum, std::size_t count, const char* why) {
      return count == 0 ? TableCell(Undefined{why}) : TableCell(sum / static_cast<double>(count));
    };
    table.rows.push_back({group.by, group.level, cell(facilitated), cell(turns),
                          cell(interventions), share_cell(interventions, turns, kNoFacilitator),
                          per(static_cast<double>(interventions), facilitated, kNoFacilitator),
                          per(positions, interventions, "the facilitator never spoke")});
  }
  table.notes = {
      "An intervention is a turn in which the facilitator says something. Mean position: how far "
      "into the discussion they are; its last comment is at 1."};
  return {table, interventions_through_time(corpus, groups)};
}

std::vector<ResultTable> make_balance(const Corpus& corpus, const AnalysisOptions& options) {
  ResultTable table = grouped_table("balance", "Balance of users and replies");
  for (TableColumn column :
       {real_column("gini_mean", "Gini", 3), real_column("gini_sd", "SD", 3),
        real_column("entropy_mean", "entropy", 3), real_column("entropy_sd", "SD", 3),
        count_column("replies", "replies"),
        real_column("to_previous", "to the comment before", 1, RealStyle::kPercent),
        real_column("distance_mean", "reply distance"), real_column("distance_sd", "SD"),
        real_column("distance_max", "max", 0)})
    table.columns.push_back(std::move(column));
  for (const Group& group : groups_of(corpus, options)) {
    std::vector<double> distances;
    for_each_comment(corpus, group, [&](const CommentFacts& comment) {
      if (comment.reply_distance > 0) distances.push_back(comment.reply_distance);
    });
    std::vector<TableCell> row = {group.by, group.level};
    add_mean_and_sd(row, values_in(group, corpus.measure("gini")));
    add_mean_and_sd(row, values_in(group, corpus.measure("entropy")));
    row.push_back(cell(distances.size()));
    constexpr const char* kNoReplies = "nobody mentions somebody who spoke before";
    row.push_back(share_cell(static_cast<std::size_t>(std::ranges::count(distances, 1.0)),
                             distances.size(), kNoReplies));
    if (distances.empty()) {
      row.insert(row.end(), 3, Undefined{kNoReplies});
    } else {
      add_mean_and_sd(row, distances);
      row.emplace_back(*std::ranges::max_element(distances));
    }
    table.rows.push_back(std::move(row));
  }
  table.notes = {
      "Gini: 0 where all participants of a discussion speak as often as each other. Entropy: 1 "
      "then, "
      "0 where one speaks alone. Means over discussions.",
      "A reply mentions by @name somebody who spoke before; its distance is 1 to the comment "
      "before "
      "it. Silent turns are not counted."};
  return {table};
}

std::vector<ResultTable> make_diversity(const Corpus& corpus, const AnalysisOptions& options) {
  ResultTable table = grouped_table("diversity", "Diversity of comments");
  for (TableColumn column :
       {count_column("discussions", "discussions"), real_column("diversity_mean", "diversity", 3),
        real_column("diversity_sd", "SD", 3),
        real_column("diversity_all_mean", "with silent comments", 3),
        real_column("diversity_users_mean", "users only", 3),
        real_column("diversity_with_openings_mean", "with opening posts", 3),
        real_column("distinct_1_mean", "distinct-1", 3),
        real_column("distinct_2_mean", "distinct-2", 3),
        real_column("type_token_ratio_mean", "type-token ratio", 3)})
    table.columns.push_back(std::move(column));
  for (const Group& group : groups_of(corpus, options)) {
    const std::vector<double> values = values_in(group, corpus.measure("diversity"));
    std::vector<TableCell> row = {group.by, group.level, cell(values.size())};
    add_mean_and_sd(row, values);
    for (const char* name : {"diversity_all", "diversity_users", "diversity_with_openings",
                             "distinct_1", "distinct_2", "type_token_ratio"})
      row.push_back(cell(stats::describe(values_in(group, corpus.measure(name))).mean));
    table.rows.push_back(std::move(row));
  }
  table.notes = {
      "Diversity of a discussion: 1 - mean ROUGE-L F1 over all pairs of its comments, those of "
      "quotation marks alone left out. Means over discussions with two comments or more."};
  return {table};
}

}  // namespace syndisco::tables
