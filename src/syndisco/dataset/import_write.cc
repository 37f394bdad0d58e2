#include <exception>
#include <map>
#include <system_error>
#include <thread>

#include "syndisco/base/clock.h"
#include "syndisco/base/file.h"
#include "syndisco/base/printable.h"
#include "syndisco/dataset/import.h"
#include "syndisco/dataset/run_files.h"

// From an experiment to its run directory.

namespace syndisco {
namespace {

namespace fs = std::filesystem;

/// A journal in an empty folder that nobody else writes; what a killed import left is removed.
std::unique_ptr<Journal> begin(const fs::path& folder) {
  {
    const auto earlier = Journal::open(folder);  // throws where another import goes on
  }
  std::error_code error;
  fs::remove_all(folder, error);
  if (error)
    throw EnvironmentError("cannot remove " + printable_line(folder.string()) +
                           ", which an earlier import left: " + error.message());
  return Journal::open(folder);
}

void write_files(const Import& import, const fs::path& folder) {
  std::map<std::string, const DiscussionRecord*> by_id;
  for (const DiscussionRecord& record : import.discussions) {
    by_id.emplace(record.job.id, &record);
    write_file_unsynced(folder / discussion_path(record.job.id),
                        dump_json_indented(discussion_file(record)));
  }
  for (const AnnotationRecord& record : import.annotations)
    write_file_unsynced(
        folder / annotation_path(record.job),
        dump_json_indented(annotation_file(record, *by_id.at(record.job.discussion))));
}

void take_place(const fs::path& folder, const fs::path& directory) {
  std::error_code error;
  // An empty folder of that name gives way.
  fs::rename(folder, directory, error);
  if (error)
    throw EnvironmentError("cannot name the imported directory " +
                               printable_line(directory.string()) + ": " + error.message(),
                           "see that nothing is there, and import again");
}

}  // namespace

fs::path import_folder(const fs::path& directory) {
  fs::path whole = fs::absolute(directory).lexically_normal();
  if (whole.filename().empty()) whole = whole.parent_path();
  return whole.parent_path() / ("." + whole.filename().string() + ".import");
}

void check_import_directory(const fs::path& directory) {
  if (directory.empty()) throw InputError("--out is empty", {}, "give the new run directory");
  const std::string shown = printable_line(directory.string());
  std::error_code error;
  const bool ends_in_slash = directory.filename().empty();
  if (fs::is_symlink(ends_in_slash ? directory.parent_path() : directory, error))
    throw InputError(shown + " is a link, and the directory is to take its place", {},
                     "give what it leads to, or another --out");
  const fs::file_status status = fs::status(directory, error);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status))
    throw InputError(shown + " is a file, not a folder", {}, "choose another --out");
  if (fs::exists(directory / "syndisco.db", error))
    throw InputError(shown + " is a run directory already, and an import makes a new one", {},
                     "choose another --out");
  if (!fs::is_empty(directory, error))
    throw InputError(shown + " is not empty", {}, "choose another --out, or an empty folder");
}

void write_import(const Import& import, const fs::path& directory,
                  const std::function<void(Journal&, const fs::path&)>& finish,
                  const std::function<void()>& begun) {
  check_import_directory(directory);
  const double start = monotonic_seconds();
  const fs::path folder = import_folder(directory);
  std::unique_ptr<Journal> journal = begin(folder);
  if (begun) begun();
  std::exception_ptr failed;
  {
    const std::jthread files([&] {
      try {
        write_files(import, folder);
      } catch (...) {
        failed = std::current_exception();
      }
    });
    journal->begin_run("import");
    journal->load(import.plan, import.discussions, import.annotations);
  }
  if (failed) std::rethrow_exception(failed);
  if (finish) finish(*journal, folder);
  journal->end_run(monotonic_seconds() - start, "done");
  journal.reset();
  sync_file_system(folder);
  take_place(folder, directory);
  sync_file_system(folder.parent_path());
}

}  // namespace syndisco
