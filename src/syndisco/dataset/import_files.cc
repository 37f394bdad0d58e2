#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include "syndisco/base/file.h"
#include "syndisco/base/hash.h"
#include "syndisco/base/printable.h"
#include "syndisco/dataset/import_internal.h"
#include "syndisco/dataset/run_files.h"
#include "syndisco/journal/difference.h"

// From paths to single files that are understood.

namespace syndisco::importing {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::error_code& error) {
  throw EnvironmentError("cannot read " + printable_line(path.string()) + ": " + error.message());
}

bool ends_in_json(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return ending == ".json";
}

class Walk {
 public:
  explicit Walk(std::size_t& passed_over) : passed_over_(passed_over) {}

  void folder(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    fs::directory_iterator each(folder, error);
    for (; !error && each != fs::directory_iterator(); each.increment(error))
      entries.push_back(*each);
    if (error) fail(folder, error);
    std::ranges::sort(entries);
    const bool is_run_directory = fs::exists(folder / "syndisco.db", error);
    for (const fs::directory_entry& entry : entries) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with('.')) continue;
      if (entry.is_directory(error)) {
        // A link may lead back to where we are.
        if (entry.is_symlink(error)) continue;
        if (!is_run_directory || name == "discussions" || name == "annotations")
          this->folder(entry.path());
      } else if (!is_run_directory) {
        // A pipe of that name would be waited for.
        const bool is_file = entry.is_regular_file(error) && ends_in_json(entry.path());
        is_file ? file(entry.path()) : void(++passed_over_);
      }
    }
  }

  void file(const fs::path& path) {
    std::error_code ignored;
    if (seen_.insert(fs::weakly_canonical(path, ignored)).second) files_.push_back(path);
  }

  std::vector<fs::path> take() { return std::move(files_); }

 private:
  std::size_t& passed_over_;
  std::set<fs::path> seen_;
  std::vector<fs::path> files_;
};

/// The line of the nearest thing around the pointer that stands in the text.
int line_of(const std::string& text, std::string pointer) {
  JsonPlaces places;
  parse_json(text, "", &places);
  while (true) {
    if (const auto found = places.positions.find(pointer); found != places.positions.end())
      return found->second.line;
    if (pointer.empty()) return 0;
    pointer.erase(pointer.rfind('/') == std::string::npos ? 0 : pointer.rfind('/'));
  }
}

/// The error with the line of its pointer.
InputError with_line(const InputError& error, const std::string& text) {
  Place place = error.place();
  if (place.line > 0 || place.file.empty()) return error;
  try {
    place.line = line_of(text, place.pointer);
  } catch (const InputError&) {
    return error;
  }
  return InputError(error.what(), place, error.hint());
}

std::string difference(const Json& was, const Json& is) {
  return first_difference(was, is).value_or("");
}

Json written_again(const DiscussionRecord& record) {
  if (record.job.style.name == "g0") return discussion_g0(record);
  if (record.job.style.name == "syndisco-1.0") return discussion_1_0(record);
  return record.job.style.name == "syndisco-2.2" ? discussion_2_2(record) : discussion_2_0(record);
}

void read_discussion_into(const Json& json, const std::string& name, ReadFile& file) {
  if (is_run_file(json)) {
    file.format = "syndisco";
    file.discussion = read_discussion_file(json, name);
    file.difference = difference(json, discussion_file(*file.discussion));
    return;
  }
  file.discussion = read_discussion(json, name, "");
  file.format = file.discussion->job.style.name;
  file.difference = difference(json, written_again(*file.discussion));
  if (file.format == "syndisco-1.0" && !file.difference.empty() &&
      difference(json, discussion_sdf(*file.discussion)).empty()) {
    file.format = file.discussion->job.style.name = "sdf";
    file.difference.clear();
  }
}

void understand(Json json, const std::string& name, ReadFile& file) {
  constexpr const char* kHint =
      "discussions have a list \"logs\", annotations too; leave other files out, or add "
      "--keep-going";
  if (!json.is_object())
    throw InputError(
        "is no discussion and no annotation: expected a mapping, found " + std::string(json.kind()),
        {.file = name, .pointer = ""}, kHint);
  if (json.find("logs") == nullptr)
    throw InputError("is no discussion and no annotation: \"logs\" is missing",
                     {.file = name, .pointer = ""}, kHint);
  if (!is_annotation(json)) {
    read_discussion_into(json, name, file);
    return;
  }
  if (is_run_file(json)) {
    file.format = "syndisco";
    file.own_annotation = read_annotation_file(json, name);
    file.position = annotator_position(json, name);
  } else {
    file.annotation = read_annotation(json, name);
    file.format = file.annotation->style;
  }
  file.json = std::move(json);
}

}  // namespace

void in_parallel(std::size_t count, std::size_t threads,
                 const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failed;
  const auto loop = [&] {
    try {
      for (std::size_t i = 0; (i = next++) < count;) work(i);
    } catch (...) {
      next = count;
      const std::lock_guard hold(mutex);
      if (!failed) failed = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min(threads, count); ++i) others.emplace_back(loop);
    loop();
  }
  if (failed) std::rethrow_exception(failed);
}

std::vector<fs::path> files_below(const std::vector<fs::path>& paths, std::size_t& passed_over) {
  Walk walk(passed_over);
  for (const fs::path& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found)
      throw InputError("there is no file or folder " + printable_line(path.string()), {},
                       "check the name, and the folder it is relative to");
    if (error) fail(path, error);
    fs::is_directory(status) ? walk.folder(path) : walk.file(path);
  }
  return walk.take();
}

ReadFile read_one(const fs::path& path) {
  ReadFile file;
  file.path = path;
  const std::string name = path.string();
  std::string text;
  try {
    text = read_file(path);
    file.sha256 = sha256_hex(text);
    understand(parse_json(text, name), name, file);
  } catch (const InputError& error) {
    file.refused = with_line(error, text);
  } catch (const Error& error) {
    file.refused = error;
  }
  return file;
}

std::string annotation_difference(const ReadFile& file, const AnnotationRecord& record,
                                  const DiscussionRecord& discussion) {
  if (file.format == "syndisco") return difference(file.json, annotation_file(record, discussion));
  if (file.format == "g0") return difference(file.json, annotation_g0(record, discussion));
  if (file.format == "sdf") return difference(file.json, annotation_sdf(record, discussion));
  if (file.format == "syndisco-1.0")
    return difference(file.json, annotation_1_0(record, discussion));
  if (file.format == "syndisco-2.0")
    return difference(file.json, annotation_2_0(record, discussion));
  return difference(file.json, annotation_2_2(record, discussion));
}

}  // namespace syndisco::importing
