#include "syndisco/discussion/retrieval.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"
#include "syndisco/discussion/actor.h"
#include "syndisco/text/terms.h"

namespace syndisco {

CorpusIndex::CorpusIndex(std::shared_ptr<const CommentCorpus> corpus, Bm25 parameters)
    : corpus_(std::move(corpus)), parameters_(parameters) {
  const std::vector<std::string>& texts = corpus_->texts;
  if (texts.size() >= std::numeric_limits<std::uint32_t>::max())
    throw InputError("a corpus may have at most 4,294,967,294 comments");
  // First every comment's words by number, then the same sorted by word: sized once, no lists that
  // grow for each of a million words.
  std::vector<Posting> by_comment;  // `comment` holds the word's number here
  std::vector<std::size_t> ends;
  std::vector<std::uint32_t> words;
  double all = 0;
  std::string word;  // of a search in the map
  for (const std::string& text : texts) {
    words.clear();
    for_each_search_term(text, [&](std::string_view term) {
      word.assign(term);
      words.push_back(
          terms_.try_emplace(word, static_cast<std::uint32_t>(terms_.size())).first->second);
    });
    lengths_.push_back(static_cast<std::uint32_t>(words.size()));
    all += static_cast<double>(words.size());
    std::sort(words.begin(), words.end());
    for (std::size_t i = 0; i < words.size();) {
      const std::size_t begin = i;
      while (i < words.size() && words[i] == words[begin]) ++i;
      by_comment.push_back({words[begin], static_cast<std::uint32_t>(i - begin)});
    }
    ends.push_back(by_comment.size());
  }
  mean_length_ = texts.empty() ? 0 : all / static_cast<double>(texts.size());

  begins_.assign(terms_.size() + 1, 0);
  for (const Posting& posting : by_comment) ++begins_[posting.comment + 1];
  for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  postings_.resize(by_comment.size());
  std::vector<std::size_t> next(begins_.begin(), begins_.end() - 1);
  std::size_t at = 0;
  for (std::size_t comment = 0; comment < ends.size(); ++comment)
    for (; at < ends[comment]; ++at)
      postings_[next[by_comment[at].comment]++] = {static_cast<std::uint32_t>(comment),
                                                   by_comment[at].times};

  for (std::size_t i = 0; i < texts.size(); ++i)
    first_like_.push_back(
        by_text_.try_emplace(texts[i], static_cast<std::uint32_t>(i)).first->second);
}

double CorpusIndex::weight(std::size_t term) const {
  const auto all = static_cast<double>(corpus_->texts.size());
  const auto having = static_cast<double>(begins_[term + 1] - begins_[term]);
  return std::log(1 + (all - having + 0.5) / (having + 0.5));
}

std::vector<double> CorpusIndex::scores(std::string_view query) const {
  std::map<std::uint32_t, double> asked;  // in order: the same sums wherever they are computed
  for (const std::string& term : search_terms(query))
    if (const auto known = terms_.find(term); known != terms_.end()) asked[known->second] += 1;
  std::vector<double> scores(corpus_->texts.size(), 0.0);
  for (const auto& [term, times] : asked) {
    const double term_weight = times * weight(term);
    for (std::size_t i = begins_[term]; i < begins_[term + 1]; ++i) {
      const auto tf = static_cast<double>(postings_[i].times);
      const double length = lengths_[postings_[i].comment] / mean_length_;
      const double saturated = tf * (parameters_.k1 + 1) /
                               (tf + parameters_.k1 * (1 - parameters_.b + parameters_.b * length));
      scores[postings_[i].comment] += term_weight * saturated;
    }
  }
  return scores;
}

std::optional<std::size_t> CorpusIndex::best(
    std::string_view query, const std::function<bool(std::size_t)>& allowed) const {
  const std::vector<double> all = scores(query);
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < all.size(); ++i)
    if ((!best || all[i] > all[*best]) && allowed(i)) best = i;
  return best;
}

std::optional<std::size_t> CorpusIndex::find(std::string_view text) const {
  const auto found = by_text_.find(text);
  if (found == by_text_.end()) return std::nullopt;
  return found->second;
}

namespace {

/// The last comments, or the setting where nothing was said.
std::string query_of(const Occasion& occasion) {
  std::string query;
  std::size_t comments = 0;
  for (auto comment = occasion.said.rbegin();
       comment != occasion.said.rend() && comments < kQueryComments; ++comment) {
    if (comment->silent) continue;
    query += comment->text + "\n";
    ++comments;
  }
  return comments > 0 ? query : occasion.actor.context;
}

class Retrieval final : public Speaker {
 public:
  explicit Retrieval(std::shared_ptr<const CommentCorpus> corpus) : index_(std::move(corpus)) {}

  Utterance speak(const Occasion& occasion, std::stop_token stop) override {
    if (stop.stop_requested()) throw Cancelled();
    std::map<std::size_t, std::size_t> said;  // how often, by the first comment of that text
    std::optional<std::size_t> last;
    for (const Comment& comment : occasion.said) {
      if (comment.silent) continue;
      last = index_.find(comment.text);
      if (last) ++said[*last];
    }
    const auto times = [&](std::size_t comment) {
      const auto found = said.find(index_.first_like(comment));
      return found == said.end() ? std::size_t{0} : found->second;
    };
    const bool any_other = index_.different_texts() > 1;
    const auto repeats = [&](std::size_t comment) {
      return any_other && last && index_.first_like(comment) == *last;
    };
    std::size_t least = 0;
    if (said.size() == index_.different_texts()) {
      least = std::numeric_limits<std::size_t>::max();
      for (const auto& [comment, count] : said)
        if (!repeats(comment)) least = std::min(least, count);
    }
    const std::optional<std::size_t> best = index_.best(
        query_of(occasion),
        [&](std::size_t comment) { return !repeats(comment) && times(comment) == least; });
    return {.contribution = Contribution::kSaid,
            .text = index_.corpus().texts.at(best.value()),
            .seed = 0};
  }

 private:
  CorpusIndex index_;
};

}  // namespace

std::shared_ptr<Speaker> make_retrieval(std::shared_ptr<const CommentCorpus> corpus) {
  if (corpus->texts.empty())
    throw InputError("the corpus " + printable_line(corpus->file.path) + " is empty");
  return std::make_shared<Retrieval>(std::move(corpus));
}

}  // namespace syndisco
