#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "syndisco/analysis/ratings.h"
#include "syndisco/analysis/read_answer.h"
#include "syndisco/record/budget.h"
#include "syndisco/record/turn.h"

namespace syndisco {

/// Something by which discussions differ. Its levels stand in the order in which they first came.
struct Factor {
  std::string name;
  std::vector<std::string> levels;
  std::vector<std::int32_t> of;  ///< by discussion: position in `levels`, or -1 where it has none
};

/// What is known of one discussion.
struct DiscussionFacts {
  std::string id;
  Status status = Status::kPlanned;
  std::uint32_t first_comment = 0;  ///< position in Corpus::comments
  std::uint32_t comments = 0;       ///< all turns, opening posts and silent ones included
  std::uint32_t participants = 0;   ///< who could have spoken, the facilitator not counted
  bool facilitated = false;         ///< has a facilitator
};

/// What is known of one comment. Its text is not kept.
struct CommentFacts {
  std::uint32_t discussion = 0;  ///< position in Corpus::discussions
  std::uint32_t index = 0;       ///< comment_index, from 1
  std::uint32_t order = 0;       ///< message_order as 2.0 numbers messages
  std::uint32_t words = 0;       ///< maximal runs of what is not blank, as Python's str.split()
  std::uint16_t speaker = 0;     ///< participant's position by name in its discussion
  std::uint16_t model = 0;       ///< position in Corpus::models
  /// Comments back to the latest one by the first whom it mentions by @name of the others who spoke
  /// before, counted from 1 (the comment before); 0 where it mentions none of them.
  std::uint16_t reply_distance = 0;
  TurnKind kind = TurnKind::kUser;
  bool silent = false;  ///< says nothing: recorded as silent, or blank, or quote-only
  bool quote_only =
      false;           ///< blanks and quotation marks only: how models were told to say nothing
  bool blank = false;  ///< no word: stands in no published file and is not counted as a comment
};

/// Where a measure has a value.
enum class MeasureUnit { kComment, kDiscussion };

/// A number for every comment or discussion. Missing ones are NaN in here, and nowhere else.
struct Measure {
  std::string name;   ///< as `--measure` takes it
  std::string about;  ///< a few words for headings
  MeasureUnit unit = MeasureUnit::kComment;
  /// Where it comes from: what is counted, a column of ratings, or an annotation set.
  enum class Source { kCounted, kRating, kAnnotation } source = Source::kCounted;
  std::vector<double> values;  ///< by comment or discussion
};

/// One annotation that could be read.
struct AnnotationFacts {
  std::uint32_t comment = 0;    ///< position in Corpus::comments
  std::uint16_t annotator = 0;  ///< position in the set's annotators
  double value = 0;             ///< the number, or the position of the chosen category
};

/// All annotations of one set; of answers that hold several values, of one of them.
struct SetFacts {
  std::string name;  ///< the set's, and "NAME.PROPERTY" for a property of JSON answers
  std::shared_ptr<const AnnotationSet> set;
  AnswerPart part;                      ///< how answers are read
  std::vector<AnnotationFacts> values;  ///< discussion by discussion, annotator by annotator
  std::vector<std::uint32_t> unparsed;  ///< comment of every answer that could not be read
  std::uint64_t answers = 0;            ///< all there are
  /// The unreadable answers that came first, shortened, and how many there are of each; 20 at most.
  std::vector<std::pair<std::string, std::uint64_t>> unparsed_texts;

  bool has_values() const { return !std::holds_alternative<FreeText>(part.kind); }
  /// Its values are quantities, not names.
  bool numeric() const { return has_values() && part.categories.empty(); }
};

/// What models did for one discussion, or for its annotations.
struct UsageFacts {
  std::uint32_t discussion = 0;
  std::uint16_t model = 0;  ///< position in Corpus::models
  bool annotation = false;
  Usage usage;
  double seconds = 0;  ///< the sum over requests, however many were in flight
};

/// What is to be found out while texts are at hand.
struct CorpusOptions {
  bool diversity = true;  ///< ROUGE-L, distinct-n: takes most of the time
  /// Discussions that are not completed count, too, as far as they came.
  bool unfinished = false;
  /// How answers of a set are to be read instead of as its own constraint says.
  std::map<std::string, AnswerConstraint> readings;
};

/// Whether a turn is silence: it was taken for it, or is blank, or holds quotation marks only,
/// which is how models were told to say nothing.
bool says_nothing(const Turn& turn);

/// Whether a turn is counted as a comment: it is written in the discussion, not put before it, and
/// has a word. Of quotation marks alone it is both, as in the published files.
bool is_counted(const Turn& turn);

/// The facts of a study in columns: a few dozen bytes a comment, so that a hundred thousand
/// discussions fit. Filled by `add`, one discussion at a time; then only read, by any number of
/// threads.
class Corpus {
 public:
  /// `factors`: those of the experiment, in its order.
  explicit Corpus(std::vector<std::string> factors, CorpusOptions options = {});

  /// Ratings to be joined to the comments that are added from now on; before the first `add`. Their
  /// columns become measures. Throws InputError where a column has the name of another measure.
  void take_ratings(Ratings ratings);

  /// Discussions that are not completed are counted and otherwise left out, unless options say
  /// otherwise; those without turns always. The annotations are
  /// those of this discussion. Throws InputError where one judges a comment that is not there.
  void add(const DiscussionRecord& discussion, std::span<const AnnotationRecord> annotations);

  /// After the last `add`: makes the measures that follow from others (means of annotators, means
  /// of discussions) and joins the factor tables.
  void finish(std::span<const FactorTable> factor_tables = {});

  /// The experiment's, then `model` (the one that speaks for the users), then joined ones.
  const std::vector<Factor>& factors() const { return factors_; }
  /// Throws InputError with a "did you mean".
  const Factor& factor(std::string_view name) const;
  const Factor& cell() const { return cell_; }

  const std::vector<DiscussionFacts>& discussions() const { return discussions_; }
  const std::vector<CommentFacts>& comments() const { return comments_; }
  std::span<const CommentFacts> comments_of(std::size_t discussion) const;
  const std::vector<std::string>& models() const { return models_; }
  const std::vector<SetFacts>& annotation_sets() const { return sets_; }
  const std::vector<UsageFacts>& usage() const { return usage_; }
  std::size_t left_out() const { return left_out_; }  ///< discussions that are not completed

  const std::vector<Measure>& measures() const { return measures_; }
  /// Throws InputError with a "did you mean".
  const Measure& measure(std::string_view name) const;

  /// How the ratings were joined, where there are some.
  const Ratings* ratings() const { return ratings_ ? &*ratings_ : nullptr; }
  /// Rows of `ratings` that name this comment, in the order of the file; by message_id those of
  /// comments of the same text, too.
  std::span<const std::uint32_t> rating_rows(std::size_t comment) const;
  /// What a reader must know of this corpus: unfinished discussions, ratings that match nothing.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct Texts;
  void add_levels(const DiscussionRecord& discussion);
  void add_comments(const DiscussionRecord& discussion, Texts& texts);
  void add_discussion_measures(const Texts& texts);
  void add_ratings(const DiscussionRecord& discussion);
  void add_usage(const DiscussionRecord& discussion, std::span<const AnnotationRecord> annotations);
  void add_annotations(const AnnotationRecord& annotation, std::size_t turns);
  void count_ratings();
  void add_annotation_measures();
  void add_means();
  void join(const FactorTable& table);
  Measure& new_measure(std::string name, std::string about, MeasureUnit unit,
                       Measure::Source source);
  std::uint16_t model_number(const std::string& name);

  CorpusOptions options_;
  std::vector<Factor> factors_;
  Factor cell_;
  std::vector<DiscussionFacts> discussions_;
  std::vector<CommentFacts> comments_;
  std::vector<std::string> models_;
  std::map<std::string, std::uint16_t, std::less<>> model_numbers_;
  std::vector<SetFacts> sets_;
  std::vector<UsageFacts> usage_;
  std::vector<Measure> measures_;
  std::size_t first_rating_ = 0;  // position in measures_
  std::optional<Ratings> ratings_;
  std::vector<std::uint32_t> rating_order_;  // rows by key, then by their place in the file
  std::vector<std::pair<std::uint32_t, std::uint32_t>> rating_rows_;  // by comment: in that order
  // Ids from elsewhere may name comments of several discussions; a row counts once all the same.
  enum class RatingUse : std::uint8_t { kNone, kMatched, kSurplus };
  std::vector<RatingUse> rating_uses_;  // by row
  std::vector<std::string> warnings_;
  std::size_t left_out_ = 0;
  std::size_t unfinished_annotations_ = 0;
};

/// Which comments a table looks at.
enum class SpokenBy { kUsers, kFacilitator, kGenerated, kAll };

/// Whether the comment is by one of them. kGenerated: users and facilitator, no opening posts.
bool spoken_by(const CommentFacts& comment, SpokenBy speakers);

/// The observations of a measure, comment by comment (users' ones) or discussion by discussion,
/// without those that are missing. Those of a `mean_NAME` are means of the observations of NAME
/// under the same options.
struct Observations {
  std::vector<double> values;
  std::vector<std::uint32_t> discussion;  ///< of each
  std::vector<std::uint32_t> comment;     ///< of each: position in Corpus::comments, or 0
  std::vector<std::uint32_t> order;       ///< of each: message_order, or 0 for discussions
  std::vector<bool> quote_only;           ///< of each; false for discussions
  /// Of each under `published_join`, where the measure is a column of ratings: its row. Else empty.
  std::vector<std::uint32_t> rating_row;
};

/// How to repeat what others did.
struct ObservationOptions {
  SpokenBy speakers = SpokenBy::kUsers;
  bool leave_out_silent = false;
  /// Every comment as often as its message was rated, as an inner join on message_id gives: the
  /// published regression did so.
  bool published_join = false;
};

Observations observations(const Corpus& corpus, const Measure& measure,
                          const ObservationOptions& options = {});

/// The values by level of a factor, in the order of its levels.
std::vector<std::vector<double>> by_level(const Observations& observations, const Factor& factor);

}  // namespace syndisco
