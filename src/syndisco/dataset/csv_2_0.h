#pragma once

#include <string>
#include <vector>

#include "syndisco/dataset/tables.h"
#include "syndisco/journal/journal.h"

namespace syndisco {

// The dataset as 2.0 made it of its files (`postprocessing.import_discussions`,
// `import_annotations`), and pandas wrote it with `to_csv(index=False)`, byte for byte: booleans
// are True and False, personas and lists as Python shows them.

std::vector<std::string> comment_columns_2_0();
std::vector<std::string> annotation_columns_2_0();

/// One row for each comment that stands in a file of 2.0. Throws InputError where somebody spoke
/// who is neither a user nor the facilitator: in every row is the persona of who speaks.
std::vector<Row> comment_rows_2_0(const DiscussionRecord& discussion);

/// An annotation of one message, as a file of 2.0 has it.
struct Annotation20 {
  std::string discussion, timestamp, model;
  int history = 0;
  std::string message, annotation, prompt;
};
std::vector<Annotation20> annotations_2_0(const AnnotationRecord& annotation,
                                          const DiscussionRecord& discussion);

/// One row for each discussion, time, model, history and message, sorted by them, with the lists of
/// annotations and of prompts: messages that are repeated share a row, and so do annotators of the
/// same minute.
std::vector<Row> annotation_rows_2_0(const std::vector<Annotation20>& annotations);

/// The whole tables, of what is completed. Where nothing is, 2.0 failed; these have the header
/// alone.
TableCounts write_comments_2_0(const Journal& journal, const Sink& sink);
TableCounts write_annotations_2_0(const Journal& journal, const Sink& sink);

}  // namespace syndisco
