#include "syndisco/analysis/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "syndisco/analysis/rouge.h"
#include "syndisco/analysis/words.h"
#include "syndisco/base/error.h"
#include "syndisco/record/published.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kUnparsedShown = 20;
constexpr std::size_t kUnparsedBytes = 80;
/// A choice among more is hardly a measure for each option.
constexpr std::size_t kOptionsMeasured = 12;

constexpr const char* kDiversityNames[kDiversities] = {
    "diversity", "diversity_all", "diversity_users", "diversity_with_openings"};
constexpr const char* kDiversityAbouts[kDiversities] = {
    "diversity of generated comments (1 - mean ROUGE-L)", "diversity, silent comments included",
    "diversity of users' comments", "diversity, opening posts included"};

template <typename Named>
const Named& find_named(const std::vector<Named>& all, std::string_view name, const char* what) {
  std::vector<std::string> known;
  for (const Named& one : all) {
    if (one.name == name) return one;
    known.push_back(one.name);
  }
  const std::string nearest = nearest_word(name, known);
  std::string hint = "did you mean " + printable_line(nearest) + "?";
  if (nearest.empty()) {
    hint = fmt::format("there {} ", known.size() == 1 ? "is" : "are");
    for (std::size_t i = 0; i < known.size(); ++i)
      hint += (i > 0 ? ", " : "") + printable_line(known[i]);
  }
  throw InputError(fmt::format("there is no {} {}", what, printable_line(name)), {}, hint);
}

std::int32_t level_number(Factor& factor, const std::string& level) {
  const auto known = std::ranges::find(factor.levels, level);
  if (known != factor.levels.end()) return static_cast<std::int32_t>(known - factor.levels.begin());
  factor.levels.push_back(level);
  return static_cast<std::int32_t>(factor.levels.size() - 1);
}

/// The model that speaks for the users: of several, all of them.
std::string users_model(const DiscussionRecord& discussion) {
  std::vector<std::string> models;
  for (const Turn& turn : discussion.turns)
    if (turn.kind == TurnKind::kUser && std::ranges::find(models, turn.model) == models.end())
      models.push_back(turn.model);
  std::string all;
  for (const std::string& model : models) all += (all.empty() ? "" : " + ") + model;
  return all;
}

std::vector<std::string> names_of(const DiscussionRecord& discussion) {
  std::vector<std::string> names;
  for (const ActorSpec& participant : discussion.job.participants)
    names.push_back(participant.name);
  for (const Turn& turn : discussion.turns)
    if (std::ranges::find(names, turn.name) == names.end()) names.push_back(turn.name);
  return names;
}

std::string shortened(std::string_view text) {
  const std::string_view stripped = python_strip(text);
  if (stripped.size() <= kUnparsedBytes) return std::string(stripped);
  const std::string_view start = stripped.substr(0, kUnparsedBytes);
  return std::string(start.substr(0, complete_utf8_prefix(start))) + " ...";
}

double mean_of(double sum, std::size_t count) {
  return count == 0 ? kNothing : sum / static_cast<double>(count);
}

}  // namespace

bool says_nothing(const Turn& turn) {
  return turn.silent || is_quote_only(turn.text);
}

bool is_counted(const Turn& turn) {
  return turn.kind != TurnKind::kOpening && !is_blank(turn.text);
}

/// Of the discussion that is being added.
struct Corpus::Texts {
  RougeVocabulary vocabulary;
  std::vector<DiverseText> comments;
};

Corpus::Corpus(std::vector<std::string> factors, CorpusOptions options)
    : options_(std::move(options)) {
  for (std::string& name : factors) factors_.push_back({std::move(name), {}, {}});
  // An experiment may have a factor of that name; then it says more than the transcripts.
  if (std::ranges::find(factors_, "model", &Factor::name) == factors_.end())
    factors_.push_back({"model", {}, {}});
  cell_.name = "cell";
  using enum MeasureUnit;
  const auto counted = [this](const char* name, const char* about, MeasureUnit unit) {
    new_measure(name, about, unit, Measure::Source::kCounted);
  };
  counted("words", "words of a comment", kComment);
  counted("comments", "comments of a discussion", kDiscussion);
  counted("silence", "share of users' turns that say nothing", kDiscussion);
  counted("interventions", "share of the facilitator's turns that say something", kDiscussion);
  counted("gini", "inequality of users' turns (Gini)", kDiscussion);
  counted("entropy", "evenness of users' turns (entropy)", kDiscussion);
  counted("reply_distance", "comments back to who is mentioned", kDiscussion);
  if (!options_.diversity) return;
  for (std::size_t i = 0; i < kDiversities; ++i)
    counted(kDiversityNames[i], kDiversityAbouts[i], kDiscussion);
  counted("distinct_1", "share of different words", kDiscussion);
  counted("distinct_2", "share of different word pairs", kDiscussion);
  counted("type_token_ratio", "different words of a comment per word", kDiscussion);
}

Measure& Corpus::new_measure(std::string name, std::string about, MeasureUnit unit,
                             Measure::Source source) {
  return measures_.emplace_back(Measure{std::move(name), std::move(about), unit, source, {}});
}

void Corpus::take_ratings(Ratings ratings) {
  if (ratings_ || !discussions_.empty())
    throw InputError("ratings can be joined once, before anything else is read");
  for (const std::string& column : ratings.columns)
    if (std::ranges::find(measures_, column, &Measure::name) != measures_.end())
      throw InputError("the column " + printable_line(column) + " has the name of a measure",
                       {ratings.source, 1, 0, {}}, "call it something else");
  first_rating_ = measures_.size();
  for (const std::string& column : ratings.columns)
    new_measure(column, column, MeasureUnit::kComment, Measure::Source::kRating);
  rating_order_.resize(ratings.rows());
  rating_uses_.assign(ratings.rows(), RatingUse::kNone);
  std::iota(rating_order_.begin(), rating_order_.end(), 0U);
  std::ranges::stable_sort(rating_order_, [&](std::uint32_t a, std::uint32_t b) {
    return ratings.keys[a] < ratings.keys[b];
  });
  ratings_ = std::move(ratings);
}

std::uint16_t Corpus::model_number(const std::string& name) {
  if (const auto known = model_numbers_.find(name); known != model_numbers_.end())
    return known->second;
  if (models_.size() >= std::numeric_limits<std::uint16_t>::max())
    throw InputError("there are more than 65,534 models");
  models_.push_back(name);
  return model_numbers_.emplace(name, static_cast<std::uint16_t>(models_.size() - 1)).first->second;
}

void Corpus::add(const DiscussionRecord& discussion,
                 std::span<const AnnotationRecord> annotations) {
  const bool finished = discussion.status == Status::kCompleted;
  if (discussion.turns.empty() || (!finished && !options_.unfinished)) {
    ++left_out_;
    return;
  }
  if (comments_.size() + discussion.turns.size() > std::numeric_limits<std::uint32_t>::max())
    throw InputError("there are more than 4 billion comments");
  Texts texts;
  add_levels(discussion);
  add_comments(discussion, texts);
  add_discussion_measures(texts);
  if (ratings_) add_ratings(discussion);
  add_usage(discussion, annotations);
  for (const AnnotationRecord& annotation : annotations)
    add_annotations(annotation, discussion.turns.size());
}

void Corpus::add_levels(const DiscussionRecord& discussion) {
  const DiscussionJob& job = discussion.job;
  for (Factor& factor : factors_) {
    const auto level =
        std::ranges::find(job.levels, factor.name, &std::pair<std::string, std::string>::first);
    if (level != job.levels.end()) {
      factor.of.push_back(level_number(factor, level->second));
    } else if (factor.name == "model") {
      const std::string model = users_model(discussion);
      factor.of.push_back(model.empty() ? -1 : level_number(factor, model));
    } else {
      factor.of.push_back(-1);
    }
  }
  cell_.of.push_back(level_number(cell_, job.cell));
  DiscussionFacts facts;
  facts.id = job.id;
  facts.status = discussion.status;
  facts.first_comment = static_cast<std::uint32_t>(comments_.size());
  facts.comments = static_cast<std::uint32_t>(discussion.turns.size());
  facts.participants = static_cast<std::uint32_t>(job.participants.size());
  facts.facilitated = job.facilitator.has_value();
  discussions_.push_back(std::move(facts));
}

void Corpus::add_comments(const DiscussionRecord& discussion, Texts& texts) {
  const std::vector<std::string> names = names_of(discussion);
  const std::vector<std::int64_t> orders = message_orders(discussion);
  std::vector<std::uint32_t> last_said(names.size(), 0);  // number of the comment, from 1
  std::uint32_t said = 0;                                 // comments that are not silent
  Measure& words = measures_.front();
  for (std::size_t i = 0; i < discussion.turns.size(); ++i) {
    const Turn& turn = discussion.turns[i];
    CommentFacts comment;
    comment.discussion = static_cast<std::uint32_t>(discussions_.size() - 1);
    comment.index = static_cast<std::uint32_t>(turn.step + 1);
    comment.order = static_cast<std::uint32_t>(orders[i]);
    comment.kind = turn.kind;
    comment.words = static_cast<std::uint32_t>(count_words(turn.text));
    comment.quote_only = is_quote_only(turn.text);
    comment.blank = comment.words == 0;
    comment.silent = says_nothing(turn);
    comment.model = model_number(turn.model);
    const auto speaker =
        static_cast<std::size_t>(std::ranges::find(names, turn.name) - names.begin());
    comment.speaker = static_cast<std::uint16_t>(
        std::min<std::size_t>(speaker, std::numeric_limits<std::uint16_t>::max()));
    if (!comment.silent) {
      for (const std::size_t whom : mentions(turn.text, names)) {
        if (whom == speaker || last_said[whom] == 0) continue;
        comment.reply_distance = static_cast<std::uint16_t>(std::min<std::uint32_t>(
            said + 1 - last_said[whom], std::numeric_limits<std::uint16_t>::max()));
        break;
      }
      last_said[speaker] = ++said;
    }
    if (options_.diversity) {
      const bool opening = turn.kind == TurnKind::kOpening;
      const bool user = turn.kind == TurnKind::kUser;
      DiverseText text;
      if (!comment.quote_only) text.of |= 1U << kWithOpeningPosts;
      if (!comment.quote_only && !opening) text.of |= 1U << kGenerated;
      if (!comment.quote_only && user) text.of |= 1U << kUsers;
      if (!comment.blank && !opening) text.of |= 1U << kGeneratedAll;
      if (text.of != 0) {
        text.tokens = texts.vocabulary.tokens(turn.text);
        texts.comments.push_back(std::move(text));
      }
    }
    words.values.push_back(comment.blank ? kNothing : comment.words);
    comments_.push_back(comment);
  }
}

void Corpus::add_discussion_measures(const Texts& texts) {
  const DiscussionFacts& facts = discussions_.back();
  std::size_t comments = 0, turns = 0, silent = 0, facilitator = 0, interventions = 0, replies = 0;
  double distances = 0;
  std::vector<double> floor(facts.participants, 0);
  for (const CommentFacts& comment : comments_of(discussions_.size() - 1)) {
    if (comment.reply_distance > 0) {
      ++replies;
      distances += comment.reply_distance;
    }
    if (comment.kind == TurnKind::kOpening) continue;
    if (!comment.blank) ++comments;
    if (comment.kind == TurnKind::kFacilitator) {
      ++facilitator;
      if (!comment.silent) ++interventions;
      continue;
    }
    ++turns;
    if (comment.silent) ++silent;
    if (comment.speaker >= floor.size()) floor.resize(comment.speaker + 1U, 0);
    if (!comment.silent) ++floor[comment.speaker];
  }
  std::size_t next = 1;
  const auto take = [&](double value) { measures_[next++].values.push_back(value); };
  take(static_cast<double>(comments));
  take(mean_of(static_cast<double>(silent), turns));
  take(mean_of(static_cast<double>(interventions), facilitator));
  take(gini(floor));
  take(normalised_entropy(floor));
  take(mean_of(distances, replies));
  if (!options_.diversity) return;
  for (const double value : diversity(texts.comments, texts.vocabulary.size())) take(value);
  const WordVariety variety = word_variety(texts.comments);
  take(variety.distinct_1);
  take(variety.distinct_2);
  take(variety.type_token_ratio);
}

void Corpus::add_ratings(const DiscussionRecord& discussion) {
  const std::string& id = discussion.job.id;
  const std::size_t columns = ratings_->columns.size();
  std::map<CommentKey, std::uint32_t> seen;  // comments of the discussion by key
  const auto key_of = [&](std::uint32_t row) -> const CommentKey& { return ratings_->keys[row]; };
  for (const Turn& turn : discussion.turns) {
    const CommentKey key = ratings_->key == Ratings::Key::kMessage
                               ? message_key(message_id(id, turn.text))
                               : index_key(id, turn.step + 1);
    const auto found = std::ranges::equal_range(rating_order_, key, {}, key_of);
    const auto first = static_cast<std::uint32_t>(found.begin() - rating_order_.begin());
    const auto count = static_cast<std::uint32_t>(found.size());
    rating_rows_.emplace_back(first, count);
    // The first comment of a text has the first rating of its id, the second one the second; where
    // there are fewer ratings, the others share the last, which is of the same text.
    const std::uint32_t before = seen[key]++;
    for (std::size_t c = 0; c < columns; ++c)
      measures_[first_rating_ + c].values.push_back(
          count == 0 ? kNothing : ratings_->values[c][found[std::min(before, count - 1)]]);
    if (count == 0) {
      ++ratings_->unrated;
      continue;
    }
    if (before < count) rating_uses_[found[before]] = RatingUse::kMatched;
    if (before > 0 || count == 1) continue;
    ++ratings_->repeated_ids;
    const bool differ =
        std::ranges::any_of(ratings_->values, [&](const std::vector<double>& column) {
          return std::ranges::any_of(found, [&](std::uint32_t row) {
            return column[row] != column[found.front()] && !std::isnan(column[row]);
          });
        });
    if (differ) ++ratings_->differing_ids;
  }
  // What no comment of its own is left for.
  for (const auto& [key, comments] : seen) {
    const auto found = std::ranges::equal_range(rating_order_, key, {}, key_of);
    for (std::size_t i = comments; i < found.size(); ++i)
      if (RatingUse& use = rating_uses_[found[i]]; use == RatingUse::kNone)
        use = RatingUse::kSurplus;
  }
}

void Corpus::add_usage(const DiscussionRecord& discussion,
                       std::span<const AnnotationRecord> annotations) {
  const std::size_t before = usage_.size();
  const auto take = [&](const Turn& turn, bool annotation) {
    // What was imported cost nothing here.
    const bool asked = turn.prompt_tokens > 0 || turn.generated_tokens > 0 || turn.seconds > 0;
    if (turn.kind == TurnKind::kOpening || !asked) return;
    const std::uint16_t model = model_number(turn.model);
    auto known = std::find_if(usage_.begin() + static_cast<std::ptrdiff_t>(before), usage_.end(),
                              [&](const UsageFacts& facts) {
                                return facts.model == model && facts.annotation == annotation;
                              });
    if (known == usage_.end()) {
      UsageFacts facts;
      facts.discussion = static_cast<std::uint32_t>(discussions_.size() - 1);
      facts.model = model;
      facts.annotation = annotation;
      known = usage_.insert(usage_.end(), facts);
    }
    known->usage += Usage{1, static_cast<std::uint64_t>(std::max(turn.prompt_tokens, 0)),
                          static_cast<std::uint64_t>(std::max(turn.reused_tokens, 0)),
                          static_cast<std::uint64_t>(std::max(turn.generated_tokens, 0))};
    known->seconds += turn.seconds;
  };
  for (const Turn& turn : discussion.turns) take(turn, false);
  for (const AnnotationRecord& annotation : annotations)
    for (const Turn& turn : annotation.turns) take(turn, true);
}

void Corpus::add_annotations(const AnnotationRecord& annotation, std::size_t turns) {
  if (annotation.status != Status::kCompleted) ++unfinished_annotations_;
  const auto& set = annotation.job.set;
  const auto of_set = [&](const SetFacts& facts) { return facts.set->name == set->name; };
  if (std::ranges::none_of(sets_, of_set)) {
    const auto given = options_.readings.find(set->name);
    for (AnswerPart& part :
         answer_parts(given == options_.readings.end() ? set->answer : given->second)) {
      SetFacts facts;
      facts.name = part.property.empty() ? set->name : set->name + "." + part.property;
      facts.set = set;
      facts.part = std::move(part);
      sets_.push_back(std::move(facts));
    }
  }
  const std::uint32_t first = discussions_.back().first_comment;
  // Typed values are of the set's own constraint.
  const bool typed = !options_.readings.contains(set->name);
  for (SetFacts& facts : sets_) {
    if (!of_set(facts)) continue;
    for (const Turn& turn : annotation.turns) {
      if (turn.target >= turns)
        throw InputError(fmt::format("the annotation {} judges comment {}, which is not there",
                                     printable_line(annotation.job.id), turn.target + 1));
      ++facts.answers;
      if (!facts.has_values()) continue;
      const auto value = read_answer(facts.part, typed ? turn.value : Json(), turn.text);
      if (value) {
        facts.values.push_back({first + static_cast<std::uint32_t>(turn.target),
                                static_cast<std::uint16_t>(annotation.job.annotator), *value});
        continue;
      }
      facts.unparsed.push_back(first + static_cast<std::uint32_t>(turn.target));
      const std::string text = shortened(turn.text);
      const auto known = std::ranges::find(facts.unparsed_texts, text,
                                           &std::pair<std::string, std::uint64_t>::first);
      if (known != facts.unparsed_texts.end()) {
        ++known->second;
      } else if (facts.unparsed_texts.size() < kUnparsedShown) {
        facts.unparsed_texts.emplace_back(text, 1);
      }
    }
  }
}

void Corpus::finish(std::span<const FactorTable> factor_tables) {
  if (left_out_ > 0)
    warnings_.push_back(fmt::format(
        "{} {} left out: {}", left_out_, left_out_ == 1 ? "discussion is" : "discussions are",
        options_.unfinished ? "they have no comments yet" : "they are not completed"));
  if (unfinished_annotations_ > 0)
    warnings_.push_back(fmt::format(
        "{} not completed; {} as far as {} came",
        unfinished_annotations_ == 1 ? "1 annotation is"
                                     : fmt::format("{} annotations are", unfinished_annotations_),
        unfinished_annotations_ == 1 ? "it counts" : "they count",
        unfinished_annotations_ == 1 ? "it" : "they"));
  if (ratings_) count_ratings();
  add_annotation_measures();
  add_means();
  for (const FactorTable& table : factor_tables) join(table);
}

void Corpus::count_ratings() {
  Ratings& ratings = *ratings_;
  ratings.matched = static_cast<std::size_t>(std::ranges::count(rating_uses_, RatingUse::kMatched));
  ratings.surplus = static_cast<std::size_t>(std::ranges::count(rating_uses_, RatingUse::kSurplus));
  ratings.unmatched = ratings.rows() - ratings.matched - ratings.surplus;
  const auto warn = [&](std::string what) {
    warnings_.push_back(printable_line(ratings.source) + ": " + std::move(what));
  };
  if (ratings.header_rows > 0)
    warn(fmt::format("{} {} of the header left out", ratings.header_rows,
                     ratings.header_rows == 1 ? "repetition" : "repetitions"));
  if (ratings.error_rows > 0)
    warn(fmt::format("{} rows left out that have an error", ratings.error_rows));
  if (ratings.bad > 0) {
    std::string text =
        fmt::format("{} bad {} left out (", ratings.bad, ratings.bad == 1 ? "row" : "rows");
    for (std::size_t i = 0; i < ratings.bad_rows.size(); ++i)
      text += (i > 0 ? "; " : "") + ratings.bad_rows[i];
    warn(text + (ratings.bad > ratings.bad_rows.size() ? "; ...)" : ")"));
  }
  if (!ratings.ignored.empty()) {
    std::string names;
    for (const std::string& name : ratings.ignored)
      names += (names.empty() ? "" : ", ") + printable_line(name);
    warn("columns without numbers left out: " + names);
  }
  const char* key = ratings.key == Ratings::Key::kMessage
                        ? "message_id (the MD5 of conv_id_message)"
                        : "conv_id and comment_index";
  if (ratings.matched == 0)
    return warn(fmt::format("none of the {} ratings belongs to a comment here, going by {}",
                            ratings.rows(), key));
  if (ratings.unmatched > 0)
    warn(fmt::format("{} of {} ratings belong to no comment here, going by {}", ratings.unmatched,
                     ratings.rows(), key));
  if (ratings.unrated > 0)
    warn(fmt::format("{} of {} comments have no rating", ratings.unrated, comments_.size()));
  if (ratings.surplus > 0)
    warn(fmt::format("{} ratings left out of comments that have one already", ratings.surplus));
  if (ratings.repeated_ids > 0)
    warn(fmt::format(
        "{} {} rated more than once{}. Each comment counts once; --published-join "
        "repeats comments as an inner join on message_id does",
        ratings.repeated_ids, ratings.repeated_ids == 1 ? "comment is" : "repeated messages are",
        ratings.differing_ids > 0 ? fmt::format(", {} of them differently", ratings.differing_ids)
                                  : ", always alike"));
}

void Corpus::add_annotation_measures() {
  for (const SetFacts& facts : sets_) {
    if (!facts.has_values() || facts.part.categories.size() > kOptionsMeasured) continue;
    std::vector<std::uint32_t> counts(comments_.size(), 0);
    for (const AnnotationFacts& one : facts.values) ++counts[one.comment];
    const auto add = [&](std::string name, std::string about, auto value_of) {
      if (std::ranges::find(measures_, name, &Measure::name) != measures_.end())
        name += ".annotated";
      Measure& measure = new_measure(std::move(name), std::move(about), MeasureUnit::kComment,
                                     Measure::Source::kAnnotation);
      measure.values.assign(comments_.size(), 0);
      for (const AnnotationFacts& one : facts.values)
        measure.values[one.comment] += value_of(one.value);
      for (std::size_t i = 0; i < counts.size(); ++i)
        measure.values[i] = mean_of(measure.values[i], counts[i]);
    };
    if (facts.numeric()) {
      add(facts.name, facts.name + ", mean of annotators", [](double value) { return value; });
      continue;
    }
    for (std::size_t c = 0; c < facts.part.categories.size(); ++c)
      add(facts.name + "=" + facts.part.categories[c],
          "share of annotators who say " + facts.part.categories[c],
          [c](double value) { return value == static_cast<double>(c) ? 1.0 : 0.0; });
  }
}

void Corpus::add_means() {
  const std::size_t measures = measures_.size();
  for (std::size_t m = 0; m < measures; ++m) {
    if (measures_[m].unit != MeasureUnit::kComment) continue;
    Measure& mean =
        new_measure("mean_" + measures_[m].name, "mean of users' comments: " + measures_[m].about,
                    MeasureUnit::kDiscussion, measures_[m].source);
    for (std::size_t d = 0; d < discussions_.size(); ++d) {
      double sum = 0;
      std::size_t count = 0;
      const std::size_t first = discussions_[d].first_comment;
      for (std::size_t i = first; i < first + discussions_[d].comments; ++i) {
        const double value = measures_[m].values[i];
        if (comments_[i].kind != TurnKind::kUser || std::isnan(value)) continue;
        sum += value;
        ++count;
      }
      mean.values.push_back(mean_of(sum, count));
    }
  }
}

void Corpus::join(const FactorTable& table) {
  const bool by_id = table.key == "conv_id";
  const Factor* by = by_id ? nullptr : &factor(table.key);
  std::vector<Factor> added;
  for (const std::string& name : table.factors) {
    if (std::ranges::find(factors_, name, &Factor::name) != factors_.end())
      throw InputError("there is a factor " + printable_line(name) + " already",
                       {table.source, 1, 0, {}}, "call the column something else");
    added.push_back({name, {}, {}});
  }
  std::size_t without = 0;
  for (std::size_t d = 0; d < discussions_.size(); ++d) {
    std::string key = discussions_[d].id;
    if (by != nullptr) key = by->of[d] < 0 ? "" : by->levels[static_cast<std::size_t>(by->of[d])];
    const auto levels = table.levels.find(key);
    if (levels == table.levels.end()) ++without;
    for (std::size_t i = 0; i < added.size(); ++i)
      added[i].of.push_back(
          levels == table.levels.end() ? -1 : level_number(added[i], levels->second[i]));
  }
  if (without > 0)
    warnings_.push_back(fmt::format("{}: {} of {} discussions are not in it, going by {}",
                                    printable_line(table.source), without, discussions_.size(),
                                    printable_line(table.key)));
  for (Factor& one : added) factors_.push_back(std::move(one));
}

const Factor& Corpus::factor(std::string_view name) const {
  if (name == cell_.name && std::ranges::find(factors_, name, &Factor::name) == factors_.end())
    return cell_;
  return find_named(factors_, name, "factor");
}

const Measure& Corpus::measure(std::string_view name) const {
  return find_named(measures_, name, "measure");
}

std::span<const CommentFacts> Corpus::comments_of(std::size_t discussion) const {
  const DiscussionFacts& facts = discussions_[discussion];
  return std::span(comments_).subspan(facts.first_comment, facts.comments);
}

std::span<const std::uint32_t> Corpus::rating_rows(std::size_t comment) const {
  if (rating_rows_.empty()) return {};
  return std::span(rating_order_)
      .subspan(rating_rows_[comment].first, rating_rows_[comment].second);
}

bool spoken_by(const CommentFacts& comment, SpokenBy speakers) {
  switch (speakers) {
    case SpokenBy::kUsers:
      return comment.kind == TurnKind::kUser;
    case SpokenBy::kFacilitator:
      return comment.kind == TurnKind::kFacilitator;
    case SpokenBy::kGenerated:
      return comment.kind != TurnKind::kOpening;
    case SpokenBy::kAll:
      return true;
  }
  return false;
}

namespace {

/// The measure of comments that a mean_NAME is of; nullptr of other measures.
const Measure* averaged(const Corpus& corpus, const Measure& measure) {
  constexpr std::string_view kMean = "mean_";
  if (measure.unit != MeasureUnit::kDiscussion || !measure.name.starts_with(kMean)) return nullptr;
  for (const Measure& one : corpus.measures())
    if (one.unit == MeasureUnit::kComment && measure.name.substr(kMean.size()) == one.name)
      return &one;
  return nullptr;
}

/// One observation for each discussion that has some.
Observations means_of(const Observations& comments) {
  Observations means;
  for (std::size_t i = 0; i < comments.values.size();) {
    const std::uint32_t discussion = comments.discussion[i];
    const std::size_t first = i;
    double sum = 0;
    for (; i < comments.values.size() && comments.discussion[i] == discussion; ++i)
      sum += comments.values[i];
    means.values.push_back(mean_of(sum, i - first));
    means.discussion.push_back(discussion);
  }
  means.comment.assign(means.values.size(), 0);
  means.order.assign(means.values.size(), 0);
  means.quote_only.assign(means.values.size(), false);
  return means;
}

}  // namespace

Observations observations(const Corpus& corpus, const Measure& measure,
                          const ObservationOptions& options) {
  if (const Measure* of = averaged(corpus, measure))
    return means_of(observations(corpus, *of, options));
  Observations all;
  const std::vector<CommentFacts>& comments = corpus.comments();
  const auto take = [&](double value, std::size_t i) {
    if (std::isnan(value)) return;
    all.values.push_back(value);
    all.discussion.push_back(comments[i].discussion);
    all.comment.push_back(static_cast<std::uint32_t>(i));
    all.order.push_back(comments[i].order);
    all.quote_only.push_back(comments[i].quote_only);
  };
  if (measure.unit == MeasureUnit::kDiscussion) {
    for (std::size_t d = 0; d < measure.values.size(); ++d) {
      if (std::isnan(measure.values[d])) continue;
      all.values.push_back(measure.values[d]);
      all.discussion.push_back(static_cast<std::uint32_t>(d));
    }
    all.comment.assign(all.values.size(), 0);
    all.order.assign(all.values.size(), 0);
    all.quote_only.assign(all.values.size(), false);
    return all;
  }
  const Ratings* ratings = corpus.ratings();
  const bool repeated =
      options.published_join && ratings != nullptr && measure.source == Measure::Source::kRating;
  const auto column =
      repeated ? static_cast<std::size_t>(std::ranges::find(ratings->columns, measure.name) -
                                          ratings->columns.begin())
               : 0;
  for (std::size_t i = 0; i < comments.size(); ++i) {
    const CommentFacts& comment = comments[i];
    if (!spoken_by(comment, options.speakers) || (options.leave_out_silent && comment.silent))
      continue;
    if (!repeated) {
      take(measure.values[i], i);
      continue;
    }
    for (const std::uint32_t row : corpus.rating_rows(i)) {
      const double value = ratings->values[column][row];
      take(value, i);
      if (!std::isnan(value)) all.rating_row.push_back(row);
    }
  }
  return all;
}

std::vector<std::vector<double>> by_level(const Observations& observations, const Factor& factor) {
  std::vector<std::vector<double>> groups(factor.levels.size());
  for (std::size_t i = 0; i < observations.values.size(); ++i)
    if (const std::int32_t level = factor.of[observations.discussion[i]]; level >= 0)
      groups[static_cast<std::size_t>(level)].push_back(observations.values[i]);
  return groups;
}

}  // namespace syndisco
