#include "syndisco/run/check_jobs.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "syndisco/discussion/annotation.h"
#include "syndisco/discussion/discussion.h"

namespace syndisco {
namespace {

/// Stands for every model; nobody is asked.
class Nobody final : public Model {
 public:
  const ModelInfo& info() const override { return info_; }

 protected:
  Answer do_ask(const Request&, std::stop_token) override {
    throw ModelError("nobody is asked here", false);
  }

 private:
  ModelInfo info_;
};

/// As well, for everybody who is no model.
class NobodyElse final : public Speaker {
 public:
  Utterance speak(const Occasion&, std::stop_token) override {
    throw InputError("nobody is asked here");
  }
};

/// Those who spoke. Stands for a turn manager that only the program knows that began the run.
class Recorded final : public TurnManager {
 public:
  explicit Recorded(const DiscussionRecord& discussion) {
    const auto& people = discussion.job.participants;
    for (const Turn& turn : discussion.turns) {
      if (turn.kind != TurnKind::kUser) continue;
      const auto found = std::ranges::find(people, turn.name, &ActorSpec::name);
      speakers_.push_back(static_cast<std::size_t>(found - people.begin()));
    }
  }

  std::size_t next(std::size_t, std::span<const std::size_t> spoken, Draws&) const override {
    return spoken.size() < speakers_.size() ? speakers_[spoken.size()] : 0;
  }

 private:
  std::vector<std::size_t> speakers_;
};

std::shared_ptr<const TurnManager> as_recorded(const DiscussionRecord& discussion) {
  if (discussion.job.turn_taking.kind != TurnTakingKind::kOwn) return nullptr;
  return std::make_shared<Recorded>(discussion);
}

class Checking {
 public:
  explicit Checking(const Journal& journal) : journal_(journal) {}

  std::vector<Finding> all() {
    loaded_ = journal_.loaded_jobs();
    for (const std::string& id : journal_.discussion_ids()) journal_.in_snapshot([&] { one(id); });
    return std::move(findings_);
  }

 private:
  void one(const std::string& id) {
    const DiscussionRecord discussion = journal_.discussion(id);
    for (const ActorSpec& actor : discussion.job.participants) know(actor);
    if (discussion.job.facilitator) know(*discussion.job.facilitator);
    check(id, discussion.status, discussion.reason, [&] {
      Discussion conversation(discussion.job, speakers_, as_recorded(discussion));
      conversation.replay(discussion.turns);
      return conversation.finished();
    });
    for (const AnnotationRecord& annotation : journal_.annotations_of(id)) {
      if (annotation.turns.empty() && annotation.status != Status::kCompleted) continue;
      know(annotation.job.actor());
      check(annotation.job.id, annotation.status, annotation.reason, [&] {
        Annotation conversation(annotation.job, discussion.turns, speakers_.models);
        conversation.replay(annotation.turns);
        return conversation.finished();
      });
    }
  }

  void know(const ActorSpec& actor) {
    if (actor.speaker == SpeakerKind::kModel) {
      speakers_.models[actor.model] = &nobody_;
    } else {
      speakers_.others[actor.model] = nobody_else_;
    }
  }

  template <typename Replay>
  void check(const std::string& id, Status status, const std::string& reason,
             const Replay& replay) {
    // What was said elsewhere followed the rules of there.
    if (loaded_.contains(id)) return;
    try {
      const bool finished = replay();
      if (status == Status::kCompleted && !finished)
        findings_.push_back({id, "is completed, but turns are missing", kHint, false});
      if (status == Status::kFailed && reason.empty())
        findings_.push_back({id, "is failed without a reason", "", false});
    } catch (const std::exception& error) {
      findings_.push_back({id, error.what(), kHint, false});
    }
  }

  static constexpr const char* kHint = "restore the database from a copy";

  const Journal& journal_;
  std::set<std::string> loaded_;
  Nobody nobody_;
  const std::shared_ptr<Speaker> nobody_else_ = std::make_shared<NobodyElse>();
  Speakers speakers_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_jobs(const Journal& journal) {
  return Checking(journal).all();
}

}  // namespace syndisco
