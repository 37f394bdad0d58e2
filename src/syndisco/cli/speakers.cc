#include "syndisco/cli/speakers.h"

#include <algorithm>
#include <utility>

#include "syndisco/base/error.h"
#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"
#include "syndisco/cli/human.h"

namespace syndisco::cli {
namespace {

std::shared_ptr<const CommentCorpus> corpus_of(const Plan& plan, const ActorSpec& actor) {
  const auto found = std::find_if(plan.corpora.begin(), plan.corpora.end(),
                                  [&](const auto& corpus) { return corpus->file == actor.corpus; });
  if (found == plan.corpora.end())
    throw InputError("no corpus " + printable_line(actor.corpus.path) + " for " +
                     printable_line(actor.name));
  return *found;
}

void add(Speakers& speakers, const Plan& plan, const ActorSpec& actor,
         const std::shared_ptr<Speaker>& human) {
  if (actor.speaker == SpeakerKind::kModel || speakers.others.contains(actor.model)) return;
  std::shared_ptr<Speaker>& speaker = speakers.others[actor.model];
  if (actor.speaker == SpeakerKind::kHuman) {
    speaker = human;
  } else if (actor.speaker == SpeakerKind::kSampler) {
    speaker = make_sampler(corpus_of(plan, actor));
  } else {
    const std::shared_ptr<const CommentCorpus> corpus = corpus_of(plan, actor);
    log::info("", "indexing the " + std::to_string(corpus->texts.size()) + " comments of " +
                      printable_line(corpus->file.path));
    speaker = make_retrieval(corpus);
  }
}

}  // namespace

std::vector<std::string> discussions_with_people(const Journal& journal) {
  std::vector<std::string> ids;
  for (const std::string& id : journal.discussion_ids()) {
    const DiscussionRecord record = journal.discussion(id);
    const bool ended = record.status == Status::kCompleted || record.status == Status::kFailed;
    if (!ended && has_human(record.job)) ids.push_back(id);
  }
  return ids;
}

Speakers make_speakers(const Plan& plan, Models models, std::shared_ptr<Speaker> human) {
  Speakers speakers(std::move(models));
  for (const DiscussionJob& job : plan.discussions) {
    for (const ActorSpec& actor : job.participants) add(speakers, plan, actor, human);
    if (job.facilitator) add(speakers, plan, *job.facilitator, human);
  }
  return speakers;
}

}  // namespace syndisco::cli
