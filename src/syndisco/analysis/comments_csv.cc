#include "syndisco/analysis/comments_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "syndisco/base/error.h"
#include "syndisco/text/csv.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

bool is_true(const std::string& cell) {
  return cell == "true" || cell == "True" || cell == "TRUE" || cell == "1";
}

class CommentsReader {
 public:
  CommentsReader(std::string_view csv, const std::string& source)
      : reader_(csv, source), source_(source) {
    if (!reader_.next(header_)) refuse("there is nothing in it", 1);
    conv_ = position("conv_id");
    message_ = position("message") ? position("message") : position("text");
    user_ = position("user") ? position("user") : position("name");
    moderator_ = position("is_moderator");
    seed_ = position("is_seed");
    if (!conv_) refuse("there is no column conv_id, which says what belongs together", 1);
    if (!message_) refuse("there is no column message, the text of a comment", 1);
  }

  /// Discussions in the order in which they begin.
  std::vector<DiscussionRecord> read() {
    std::vector<DiscussionRecord> discussions;
    std::map<std::string, std::size_t> known;
    std::vector<std::string> cells;
    while (reader_.next(cells)) {
      // Files put together keep the headers of their parts.
      if (cells == header_) continue;
      if (cells.size() != header_.size())
        refuse(fmt::format("{} cells instead of {}", cells.size(), header_.size()), reader_.line());
      const auto [at, added] = known.emplace(cells[*conv_], discussions.size());
      if (added) {
        DiscussionRecord& fresh = discussions.emplace_back();
        fresh.status = Status::kCompleted;
        fresh.job.id = cells[*conv_];
        fresh.job.cell = "all";
      }
      add(discussions[at->second], cells);
    }
    return discussions;
  }

  std::vector<std::string> other_columns() const {
    std::vector<std::string> others;
    for (const std::string& name : header_)
      if (!name.empty() && !describes_comments(name)) others.push_back(name);
    return others;
  }

 private:
  [[noreturn]] void refuse(const std::string& message, int line) const {
    throw InputError(message, {source_, line, 0, {}});
  }

  std::optional<std::size_t> position(std::string_view name) const {
    const auto at = std::ranges::find(header_, name);
    if (at == header_.end()) return std::nullopt;
    return static_cast<std::size_t>(at - header_.begin());
  }

  void add(DiscussionRecord& discussion, const std::vector<std::string>& cells) const {
    Turn turn;
    turn.step = discussion.turns.size();
    turn.text = cells[*message_];
    turn.name = user_ ? cells[*user_] : "";
    turn.silent = is_blank(turn.text);
    if (moderator_ && is_true(cells[*moderator_])) turn.kind = TurnKind::kFacilitator;
    if (seed_ && is_true(cells[*seed_])) turn.kind = TurnKind::kOpening;
    if (turn.kind == TurnKind::kFacilitator && !discussion.job.facilitator) {
      discussion.job.facilitator.emplace();
      discussion.job.facilitator->name = turn.name;
      discussion.job.facilitator->role = Role::kFacilitator;
    }
    std::vector<ActorSpec>& people = discussion.job.participants;
    if (turn.kind == TurnKind::kUser &&
        std::ranges::find(people, turn.name, &ActorSpec::name) == people.end())
      people.emplace_back().name = turn.name;
    discussion.turns.push_back(std::move(turn));
  }

  CsvReader reader_;
  const std::string& source_;
  std::vector<std::string> header_;
  std::optional<std::size_t> conv_, message_, user_, moderator_, seed_;
};

}  // namespace

Corpus read_comments_csv(std::string_view csv, const std::string& source,
                         const CorpusOptions& options) {
  CommentsReader reader(csv, source);
  const std::vector<DiscussionRecord> discussions = reader.read();
  Corpus corpus({}, options);
  if (!reader.other_columns().empty()) {
    Ratings ratings = read_ratings(csv, source, reader.other_columns(), RatingRows::kCounted);
    if (!ratings.columns.empty()) corpus.take_ratings(std::move(ratings));
  }
  for (const DiscussionRecord& discussion : discussions) corpus.add(discussion, {});
  corpus.finish();
  return corpus;
}

}  // namespace syndisco
