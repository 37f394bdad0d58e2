#include "syndisco/api/discussion.h"

#include <algorithm>

#include "syndisco/api/cast_internal.h"
#include "syndisco/base/clock.h"
#include "syndisco/base/file.h"
#include "syndisco/base/printable.h"
#include "syndisco/dataset/published.h"
#include "syndisco/discussion/discussion.h"
#include "syndisco/legacy/output.h"
#include "syndisco/record/published.h"
#include "syndisco/run/attempts.h"

namespace syndisco::api {
namespace {

constexpr std::uint64_t kAttempts = 3;

/// Lets those speak whom the names of a manager say, in that order.
class Seated final : public TurnManager {
 public:
  Seated(std::shared_ptr<const TurnManager> manager, std::vector<std::size_t> seats)
      : manager_(std::move(manager)), seats_(std::move(seats)) {}

  std::size_t next(std::size_t, std::span<const std::size_t> spoken, Draws& draws) const override {
    std::vector<std::size_t> by_seat;
    for (const std::size_t user : spoken)
      by_seat.push_back(static_cast<std::size_t>(std::ranges::find(seats_, user) - seats_.begin()));
    return seats_[manager_->next(seats_.size(), by_seat, draws)];
  }

 private:
  std::shared_ptr<const TurnManager> manager_;
  std::vector<std::size_t> seats_;
};

/// Where the manager's names are among the users; of users of one name each is taken once.
std::vector<std::size_t> seats_of(const std::vector<std::string>& names,
                                  const std::vector<ActorSpec>& users) {
  std::vector<std::size_t> seats;
  for (const std::string& name : names) {
    std::size_t seat = 0;
    while (seat < users.size() &&
           (users[seat].name != name || std::ranges::find(seats, seat) != seats.end()))
      ++seat;
    if (seat == users.size()) {
      std::vector<std::string> known;
      for (const ActorSpec& user : users) known.push_back(user.name);
      const std::string near = nearest_word(name, known);
      throw InputError("the turn manager names \"" + printable_line(name) + "\", who is no user",
                       {},
                       near.empty() || near == name
                           ? "initialize it with the names of this discussion's users, each once"
                           : "did you mean \"" + printable_line(near) + "\"?");
    }
    seats.push_back(seat);
  }
  return seats;
}

std::vector<OpeningPost> opening_posts_of(const DiscussionOptions& options,
                                          const std::vector<ActorSpec>& users) {
  if (!options.seed_opinion_usernames.empty() || options.seed_opinions.empty())
    return opening_posts_2_2(options.seed_opinions, options.seed_opinion_usernames);
  if (options.seed_opinions.size() > users.size())
    throw InputError("there are " + std::to_string(options.seed_opinions.size()) +
                         " seed_opinions, but only " + std::to_string(users.size()) + " users",
                     {}, "say by seed_opinion_usernames who says them");
  std::vector<std::string> names;
  for (std::size_t i = 0; i < options.seed_opinions.size(); ++i) names.push_back(users[i].name);
  return opening_posts_2_2(options.seed_opinions, names);
}

}  // namespace

struct Discussion::State {
  DiscussionRecord record;
  Cast cast;
  std::optional<syndisco::Discussion> discussion;

  void start(std::shared_ptr<const TurnManager> turn_manager) {
    discussion.emplace(record.job, cast.models(), std::move(turn_manager));
    record.status = discussion->finished() ? Status::kCompleted : Status::kRunning;
  }
};

Discussion::Discussion(const DiscussionOptions& options) : state_(std::make_unique<State>()) {
  DiscussionJob& job = state_->record.job;
  check_not_negative("conv_len", options.conv_len);
  check_not_negative("history_context_len", options.history_context_len);
  job.id = options.id.empty() ? uuid_of(random_bytes()) : options.id;
  job.seed = options.seed;
  set_style(job, options.prompt_style);
  job.turns = options.conv_len;
  job.history = options.history_context_len;
  job.participants = state_->cast.add(options.users, Role::kUser, job.style);
  if (options.moderator)
    job.facilitator = state_->cast.add(*options.moderator, Role::kFacilitator, job.style);
  job.opening_posts = opening_posts_of(options, job.participants);

  std::shared_ptr<const TurnManager> manager = options.next_turn_manager;
  if (const auto* named = dynamic_cast<const NamedTurnManager*>(manager.get())) {
    job.turn_taking = named->turn_taking();
    if (!named->names().empty())
      manager = std::make_shared<Seated>(manager, seats_of(named->names(), job.participants));
  } else if (manager != nullptr) {
    job.turn_taking.kind = TurnTakingKind::kOwn;
  }
  state_->start(std::move(manager));
}

Discussion::Discussion(DiscussionJob job, const std::vector<std::shared_ptr<Model>>& models,
                       std::shared_ptr<const TurnManager> turn_manager)
    : state_(std::make_unique<State>()) {
  state_->record.job = std::move(job);
  state_->cast = Cast(models);
  state_->start(std::move(turn_manager));
}

Discussion::~Discussion() = default;
Discussion::Discussion(Discussion&&) noexcept = default;
Discussion& Discussion::operator=(Discussion&&) noexcept = default;

bool Discussion::finished() const {
  return state_->discussion->finished();
}

Turn Discussion::step(std::stop_token stop) {
  DiscussionRecord& record = state_->record;
  record.turns.push_back(step_with_attempts(*state_->discussion, kAttempts, record.job.id, stop));
  if (finished()) record.status = Status::kCompleted;
  return record.turns.back();
}

void Discussion::begin_conversation(std::ostream* screen, std::stop_token stop) {
  while (!finished()) {
    const Turn turn = step(stop);
    if (screen != nullptr) *screen << on_screen(record().job, turn) << std::flush;
  }
}

const DiscussionRecord& Discussion::record() const {
  return state_->record;
}

Logs Discussion::logs() const {
  Logs logs;
  for (const Turn& turn : turns())
    if (is_published(record().job, turn))
      logs.append(turn.name, turn.text, turn.model, turn.system);
  return logs;
}

Json Discussion::to_dict(const std::string& format) const {
  return discussion_in(format, record());
}

void Discussion::to_json_file(const std::filesystem::path& path, const std::string& format) const {
  write_file_atomically(path, published_text(to_dict(format)));
}

std::filesystem::path Discussion::save(const std::filesystem::path& folder,
                                       const std::string& format) const {
  return save_by_time(folder, published_text(to_dict(format)));
}

Discussion::Iterator& Discussion::Iterator::operator++() {
  turn_.reset();
  if (!discussion_->finished()) turn_ = discussion_->step();
  return *this;
}

std::ostream& operator<<(std::ostream& out, const Discussion& discussion) {
  return out << published_text(discussion.to_dict());
}

std::filesystem::path generate_datetime_filename(const std::filesystem::path& folder) {
  const std::string timestamp = legacy_timestamp_now();
  int number = 1;
  while (std::filesystem::exists(output_path(folder, timestamp, number))) ++number;
  return output_path(folder, timestamp, number);
}

}  // namespace syndisco::api
