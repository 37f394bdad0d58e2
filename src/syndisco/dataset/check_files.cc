#include "syndisco/dataset/check_files.h"

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/printable.h"
#include "syndisco/dataset/run_files.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

// A writer's file follows its record within moments.
constexpr std::chrono::milliseconds kWriterTakes(3000);
constexpr std::chrono::milliseconds kLookAgain(50);

std::optional<std::string> content_of(const fs::path& path) {
  try {
    return read_file(path);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

// A file as it should be.
using Visit = std::function<void(const fs::path& path, const std::string& text)>;

void visit_files(const Journal& journal, const std::string& id, const Visit& visit) {
  const DiscussionRecord discussion = journal.discussion(id);
  if (discussion.status != Status::kCompleted) return;
  visit(discussion_path(id), dump_json_indented(discussion_file(discussion)));
  for (const AnnotationRecord& annotation : journal.annotations_of(id)) {
    if (annotation.status != Status::kCompleted) continue;
    visit(annotation_path(annotation.job),
          dump_json_indented(annotation_file(annotation, discussion)));
  }
}

class Checking {
 public:
  Checking(const Journal& journal, const fs::path& directory)
      : journal_(journal), directory_(directory) {}

  std::vector<Finding> all() {
    for (const std::string& id : journal_.discussion_ids())
      visit_files(journal_, id, [&](const fs::path& path, const std::string& text) {
        expected_.insert(path.string());
        compare(path, text);
      });
    others("discussions");
    others("annotations");
    return std::move(found_);
  }

 private:
  void compare(const fs::path& path, const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + kWriterTakes;
    std::optional<std::string> content;
    while ((content = content_of(directory_ / path)) != text && journal_.writer() &&
           std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(kLookAgain);
    if (content == text) return;
    found_.push_back(
        {path.string(), content ? "differs from what the journal holds" : "is missing",
         content ? "`--repair` writes it again" : "`--repair` or the next run writes it again",
         true});
  }

  // Below a folder, all that no completed job has.
  void others(const char* folder) {
    std::error_code error;
    for (fs::recursive_directory_iterator entry(directory_ / folder, error), end;
         !error && entry != end; entry.increment(error)) {
      if (entry->is_directory(error)) continue;
      const fs::path path = entry->path().lexically_relative(directory_);
      // Kept by an earlier repair, which said so.
      if (path.extension().string().starts_with(".damaged-")) continue;
      if (!expected_.contains(path.string())) report_unknown(path);
    }
  }

  void report_unknown(const fs::path& path) {
    const bool temporary = is_temporary(path);
    if (journal_.writer() && (temporary || was_completed_meanwhile(path))) return;
    found_.push_back(
        {printable_line(path.string()),
         temporary ? "was left by a process that died while it wrote"
                   : "belongs to no completed discussion or annotation",
         temporary ? "`--repair` or the next run removes it" : "move it elsewhere if it is yours",
         temporary});
  }

  bool was_completed_meanwhile(const fs::path& path) {
    if (!again_) {
      again_.emplace();
      for (const std::string& id : journal_.discussion_ids())
        visit_files(journal_, id, [&](const fs::path& each, const std::string&) {
          again_->insert(each.string());
        });
    }
    return again_->contains(path.string());
  }

  const Journal& journal_;
  const fs::path& directory_;
  std::set<std::string> expected_;
  std::optional<std::set<std::string>> again_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> check_files(const Journal& journal, const fs::path& directory) {
  return Checking(journal, directory).all();
}

std::size_t repair_files(const Journal& journal, const fs::path& directory) {
  std::size_t written = write_missing_files(journal, directory);
  for (const std::string& id : journal.discussion_ids())
    visit_files(journal, id, [&](const fs::path& path, const std::string& text) {
      if (content_of(directory / path) == text) return;
      write_file_atomically(directory / path, text);
      ++written;
    });
  return written;
}

}  // namespace syndisco
