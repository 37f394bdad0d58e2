#include "syndisco/discussion/actor.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"
#include "syndisco/base/random.h"
#include "syndisco/discussion/ask.h"

namespace syndisco {
namespace {

constexpr std::string_view kLeft = "left";

/// The element at `position` of a shuffled [0, n): a Fisher-Yates shuffle that keeps only what has
/// moved, so that the first few of a million cost no million.
std::size_t shuffled(std::size_t n, std::size_t position, Draws& draws) {
  std::unordered_map<std::size_t, std::size_t> moved;
  const auto at = [&](std::size_t i) {
    const auto found = moved.find(i);
    return found == moved.end() ? i : found->second;
  };
  for (std::size_t i = 0;; ++i) {
    const std::size_t other = i + draws.below(n - i);
    const std::size_t taken = at(other);
    if (i == position) return taken;
    moved[other] = at(i);
  }
}

class Sampler final : public Speaker {
 public:
  explicit Sampler(std::shared_ptr<const CommentCorpus> corpus)
      : corpus_(std::move(corpus)),
        label_(speaker_label(SpeakerKind::kSampler, corpus_->file.path)) {}

  Utterance speak(const Occasion& occasion, std::stop_token stop) override {
    if (stop.stop_requested()) throw Cancelled();
    const auto drawn = static_cast<std::size_t>(
        std::count_if(occasion.said.begin(), occasion.said.end(),
                      [&](const Comment& comment) { return comment.speaker == label_; }));
    const std::size_t size = corpus_->texts.size();
    const std::uint64_t seed = stream_seed({.seed = occasion.job.seed,
                                            .purpose = "corpus",
                                            .scope = occasion.job.scope,
                                            .replicate = occasion.job.replicate,
                                            .step = drawn / size,
                                            .actor = corpus_->file.path});
    Random draws(seed);
    return {.contribution = Contribution::kSaid,
            .text = corpus_->texts[shuffled(size, drawn % size, draws)],
            .seed = seed};
  }

 private:
  std::shared_ptr<const CommentCorpus> corpus_;
  std::string label_;
};

}  // namespace

std::string_view contribution_name(Contribution contribution) {
  switch (contribution) {
    case Contribution::kSaid:
      return "end";
    case Contribution::kPassed:
      return "pass";
    case Contribution::kLeft:
      return kLeft;
  }
  return "";
}

Speaker& speaker_of(const Speakers& speakers, const ActorSpec& actor) {
  const auto found = speakers.others.find(actor.model);
  if (found == speakers.others.end() || found->second == nullptr)
    throw InputError("nobody speaks for " + printable_line(actor.name) + " (" +
                     printable_line(actor.model) + ")");
  return *found->second;
}

void check_speaker(const Speakers& speakers, const ActorSpec& actor) {
  if (actor.speaker == SpeakerKind::kModel) {
    model_of(speakers.models, actor);
  } else {
    speaker_of(speakers, actor);
  }
}

bool has_left(std::span<const Comment> said, std::string_view name) {
  return std::any_of(said.begin(), said.end(), [&](const Comment& comment) {
    return comment.finish == kLeft && comment.name == name;
  });
}

Turn speak_for(const Speakers& speakers, const Occasion& occasion, std::stop_token stop) {
  const double started = monotonic_seconds();
  const Utterance utterance =
      has_left(occasion.said, occasion.actor.name)
          ? Utterance{.contribution = Contribution::kLeft, .text = {}, .seed = 0}
          : speaker_of(speakers, occasion.actor).speak(occasion, std::move(stop));
  Turn turn;
  turn.name = occasion.actor.name;
  if (utterance.contribution == Contribution::kSaid) turn.text = utterance.text;
  turn.model = occasion.actor.model;
  turn.finish = contribution_name(utterance.contribution);
  turn.seed = utterance.seed;
  turn.seconds = monotonic_seconds() - started;
  turn.time = utc_now();
  return turn;
}

std::shared_ptr<Speaker> make_sampler(std::shared_ptr<const CommentCorpus> corpus) {
  if (corpus->texts.empty())
    throw InputError("the corpus " + printable_line(corpus->file.path) + " is empty");
  return std::make_shared<Sampler>(std::move(corpus));
}

}  // namespace syndisco
