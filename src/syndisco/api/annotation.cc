#include "syndisco/api/annotation.h"

#include "syndisco/api/cast_internal.h"
#include "syndisco/base/file.h"
#include "syndisco/base/printable.h"
#include "syndisco/dataset/published.h"
#include "syndisco/dataset/run_files.h"
#include "syndisco/discussion/annotation.h"
#include "syndisco/discussion/prompt.h"
#include "syndisco/run/attempts.h"
#include "syndisco/text/unicode.h"

namespace syndisco::api {
namespace {

constexpr std::uint64_t kAttempts = 3;

}  // namespace

struct Annotation::State {
  DiscussionRecord discussion;
  AnnotationRecord record;
  Cast cast;
  std::optional<syndisco::Annotation> annotation;
};

Annotation::Annotation(const AnnotationOptions& options, DiscussionRecord discussion)
    : state_(std::make_unique<State>()) {
  state_->discussion = std::move(discussion);
  auto set = std::make_shared<AnnotationSet>();
  *set = annotation_set("annotation", {options.annotator}, options.history_ctx_len,
                        options.include_moderator_comments, options.answer, options.prompt_style,
                        options.seed, state_->cast);
  state_->record.job = make_annotation_job(state_->discussion.job.id, std::move(set), 0);
  state_->annotation.emplace(state_->record.job, state_->discussion.turns, state_->cast.models());
  state_->record.status = finished() ? Status::kCompleted : Status::kRunning;
}

Annotation::Annotation(const AnnotationOptions& options, const Discussion& discussion)
    : Annotation(options, discussion.record()) {}

Annotation::Annotation(const AnnotationOptions& options, const std::filesystem::path& discussion)
    : Annotation(options, read_discussion_file(discussion)) {}

Annotation::~Annotation() = default;
Annotation::Annotation(Annotation&&) noexcept = default;
Annotation& Annotation::operator=(Annotation&&) noexcept = default;

bool Annotation::finished() const {
  return state_->annotation->finished();
}

Turn Annotation::step(std::stop_token stop) {
  AnnotationRecord& record = state_->record;
  record.turns.push_back(step_with_attempts(*state_->annotation, kAttempts, record.job.id, stop));
  if (finished()) record.status = Status::kCompleted;
  return record.turns.back();
}

void Annotation::begin_job(std::ostream* screen, std::stop_token stop) {
  while (!finished()) {
    const Turn turn = step(stop);
    if (screen == nullptr) continue;
    *screen << on_screen(state_->discussion.job, judged_turn(state_->discussion, turn))
            << printable(turn.text) << "\n\n"
            << std::flush;
  }
}

const std::vector<Turn>& Annotation::turns() const {
  return state_->record.turns;
}

Logs Annotation::logs() const {
  Logs logs;
  for (const Turn& turn : turns()) logs.append(turn.name, turn.text, turn.model, turn.system);
  return logs;
}

Json Annotation::to_dict(const std::string& format) const {
  return annotation_in(format, state_->record, state_->discussion);
}

void Annotation::to_json_file(const std::filesystem::path& path, const std::string& format) const {
  write_file_atomically(path, published_text(to_dict(format)));
}

std::filesystem::path Annotation::save(const std::filesystem::path& folder,
                                       const std::string& format) const {
  return save_by_time(folder, published_text(to_dict(format)));
}

DiscussionRecord read_discussion_file(const std::filesystem::path& path) {
  const std::string file = path.string();
  const Json json = parse_json(read_file(path), file);
  // Our own say more than those of the published versions, whose keys they have, too.
  return is_run_file(json) ? syndisco::read_discussion_file(json, file)
                           : read_discussion(json, file, repair_utf8(path.stem().string()));
}

}  // namespace syndisco::api
