#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "syndisco/analysis/corpus.h"
#include "syndisco/analysis/figures/study.h"
#include "syndisco/analysis/table.h"
#include "syndisco/journal/journal.h"

namespace syndisco {

/// What was made of a study beforehand.
struct ReportContents {
  std::vector<ResultTable> tables;
  std::vector<StudyFigure> figures;
  std::vector<ResultTable> costs;     ///< tables that stand under "Tokens and cost"
  std::vector<std::string> warnings;  ///< whole sentences, shown at the top
  /// Whose ratings stand beside comments, as one more set each; nullptr: none.
  const Corpus* corpus = nullptr;
};

struct ReportOptions {
  /// Discussions of which the transcripts are in the page: the first ones in the order of the plan,
  /// which goes through all conditions by turns. Nothing: all.
  std::optional<std::size_t> transcripts = 1000;
  std::string directory;  ///< as it is named in the page
};

/// What was written.
struct ReportSummary {
  std::size_t discussions = 0;  ///< that there are
  std::size_t transcripts = 0;  ///< of these, in the page
};

/// A column of ratings from elsewhere, for the comments of one discussion.
struct CommentRatings {
  std::string name;
  double lowest = 0, highest = 0;  ///< in the whole study
  std::vector<double> values;      ///< by turn; NaN where there is none
};

/// Finds the ratings of discussions.
class RatingsByDiscussion {
 public:
  /// `corpus`: nullptr where there are none; else it must outlive this.
  explicit RatingsByDiscussion(const Corpus* corpus);
  /// Of those columns that have a value here.
  std::vector<CommentRatings> of(const std::string& id) const;

 private:
  const Corpus* corpus_;
  std::vector<CommentRatings> columns_;  // without values
  std::unordered_map<std::string, std::size_t> position_;
};

/// Who speaks when in one discussion: the shades are the annotators' means of the first set that
/// has numbers, or the first ratings. `id` begins the ids inside of the SVG document.
std::string discussion_timeline(const DiscussionRecord& record,
                                const std::vector<AnnotationRecord>& annotations,
                                const std::vector<CommentRatings>& ratings,
                                const std::string& title, const std::string& id);

/// Writes the page of a study to `path`: one HTML file, with everything in it and nothing from
/// elsewhere, that runs no script but its own. One discussion is in memory at a time. All of it is
/// read in the snapshot of the caller, where there is one, else in one of its own. The file is seen
/// when it is whole. Throws EnvironmentError where it cannot be written.
///
/// Texts of models and of the experiment are shown as `printable` shows them and can contain no
/// markup; a policy in the page (Content-Security-Policy, by the hash of our script) forbids
/// whatever would run nevertheless.
ReportSummary write_report(const Journal& journal, const std::filesystem::path& path,
                           const ReportContents& contents, const ReportOptions& options = {});

}  // namespace syndisco
