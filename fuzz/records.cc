// Any JSON as a record: refused, or read and written back to what reads equal.
#include "check.h"

#include "syndisco/dataset/published.h"
#include "syndisco/dataset/run_files.h"
#include "syndisco/dataset/tables.h"
#include "syndisco/model/model.h"
#include "syndisco/record/job.h"
#include "syndisco/record/published.h"
#include "syndisco/record/script.h"
#include "syndisco/text/unicode.h"

using namespace syndisco;

namespace {

template <typename Read>
void try_to(Read read) {
  try {
    read();
  } catch (const InputError& error) {
    FUZZ_CHECK(is_valid_utf8(error.report()));
  }
}

/// Every form in which a discussion leaves the program.
void write_out(const DiscussionRecord& record) {
  discussion_2_0(record);
  discussion_2_2(record);
  parse_json(dump_json_indented(discussion_file(record)));
  std::string text;
  const Sink sink = [&](std::string_view piece) { text += piece; };
  for (const TableFormat format :
       {TableFormat::kCsv, TableFormat::kGuardedCsv, TableFormat::kJsonLines}) {
    TableWriter writer(format, comment_columns({}), sink);
    for (const Row& row : comment_rows(record, {})) writer.write(row);
  }
}

/// As an annotation of any version, and joined to a discussion of its own messages.
void read_annotations(const Json& json) {
  is_annotation(json);
  try_to([&] { read_annotation_file(json, "fuzz"); });
  try_to([&] {
    const PublishedAnnotation read = read_annotation(json, "fuzz");
    DiscussionRecord discussion;
    discussion.job.blank_lines_enter_history = true;
    for (const JudgedMessage& message : read.messages) {
      Turn turn;
      turn.step = discussion.turns.size();
      turn.kind = TurnKind::kOpening;
      turn.name = message.user;
      turn.text = message.text;
      discussion.turns.push_back(turn);
    }
    const auto steps = judged_steps(read.messages, discussion);
    FUZZ_CHECK(steps.has_value() && steps->size() == read.messages.size());
  });
  try_to([&] { read_logs_2_2(json, "fuzz"); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Json json;
  try {
    json = parse_json(std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  } catch (const InputError&) {
    return 0;
  }
  switch (data[0] % 8) {
    case 0:
      try_to([&] {
        const DiscussionJob job = discussion_job_from_json(json);
        FUZZ_CHECK(discussion_job_from_json(to_json(job)) == job);
      });
      break;
    case 1:
      try_to([&] {
        const AnnotationSet set = annotation_set_from_json(json);
        FUZZ_CHECK(annotation_set_from_json(to_json(set)) == set);
      });
      break;
    case 2:
      try_to([&] {
        const ActorSpec actor = actor_from_json(json);
        FUZZ_CHECK(actor_from_json(to_json(actor)) == actor);
        for (const PublishedStyle style : {PublishedStyle::kG0, PublishedStyle::k1_0,
                                           PublishedStyle::k2_0, PublishedStyle::k2_2})
          try_to([&] { published_system_prompt(style, actor); });
      });
      break;
    case 3:
      try_to([&] {
        const Sampling sampling = sampling_from_json(json);
        FUZZ_CHECK(sampling_from_json(to_json(sampling)) == sampling);
      });
      break;
    case 4:
      try_to([&] { check_script(json); });
      break;
    case 5:
      try_to([&] { write_out(read_discussion_2_0(json, "fuzz")); });
      try_to([&] { write_out(read_discussion(json, "fuzz", "id")); });
      try_to([&] { write_out(read_discussion_file(json, "fuzz")); });
      read_annotations(json);
      break;
    case 6:
      try_to([&] { write_out(read_discussion_2_2(json, "fuzz", "id")); });
      break;
    default:
      try_to([&] {
        for (const Json& persona : personas_2_0(json, "fuzz")) persona_2_0(persona, "name");
      });
  }
  return 0;
}
