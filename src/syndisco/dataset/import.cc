#include "syndisco/dataset/import.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <utility>

#include "syndisco/base/clock.h"
#include "syndisco/base/printable.h"
#include "syndisco/dataset/import_internal.h"
#include "syndisco/text/unicode.h"

// From single files to one experiment.

namespace syndisco {

using importing::ReadFile;

namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "folder";

/// The deepest folder that holds all of them; "" where there is none.
fs::path common_folder(const std::vector<fs::path>& folders) {
  if (folders.empty()) return {};
  fs::path common = folders.front();
  for (const fs::path& folder : folders) {
    const auto [end, ignored] =
        std::mismatch(common.begin(), common.end(), folder.begin(), folder.end());
    fs::path shared;
    for (auto part = common.begin(); part != end; ++part) shared /= *part;
    common = shared;
  }
  return common;
}

fs::path folder_of(const fs::path& file) {
  std::error_code ignored;
  const fs::path folder = fs::weakly_canonical(file, ignored).parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

/// Names of files may be any bytes; ids and cells are text.
std::string text_of(const fs::path& path) {
  return repair_utf8(path.generic_string());
}

InputError refusal(const fs::path& path, const std::string& message, const std::string& hint) {
  return InputError(message, {.file = path.string(), .pointer = ""}, hint);
}

/// What follows from the turns, in jobs that tell of them alone.
void complete_job(DiscussionJob& job, const std::vector<Turn>& turns) {
  job.turns = 0;
  for (const Turn& turn : turns) {
    if (turn.kind == TurnKind::kUser) ++job.turns;
    if (turn.kind == TurnKind::kOpening) job.opening_posts.push_back({turn.name, turn.text});
  }
  const auto model_of = [&](ActorSpec& actor, TurnKind kind) {
    for (const Turn& turn : turns)
      if (actor.model.empty() && turn.kind == kind && turn.name == actor.name)
        actor.model = turn.model;
  };
  for (ActorSpec& actor : job.participants) model_of(actor, TurnKind::kUser);
  if (job.facilitator) model_of(*job.facilitator, TurnKind::kFacilitator);
}

/// The sets of an import while they grow.
class Sets {
 public:
  /// Where an annotation has its place: set and annotator. `wanted` has the one annotator.
  std::pair<std::size_t, std::size_t> place(const AnnotationSet& wanted,
                                            const std::string& discussion) {
    for (std::size_t number = 1;; ++number) {
      const std::string name =
          number == 1 ? wanted.name : wanted.name + "-" + std::to_string(number);
      const auto [found, added] = by_name_.emplace(slug(name), sets_.size());
      if (added) {
        sets_.push_back(wanted);
        sets_.back().name = name;
        sets_.back().annotators.clear();
      }
      AnnotationSet& set = sets_[found->second];
      if (set.name != name || !is_alike(set, wanted)) continue;
      const ActorSpec& annotator = wanted.annotators.front();
      const auto known = std::ranges::find(set.annotators, annotator.name,
                                           [](const ActorSpec& actor) { return actor.name; });
      const auto position = static_cast<std::size_t>(known - set.annotators.begin());
      if (known == set.annotators.end()) {
        set.annotators.push_back(annotator);
      } else if (*known != annotator) {
        continue;
      }
      if (!jobs_.insert(discussion + "/" + name + "/" + annotator.name).second) continue;
      return {found->second, position};
    }
  }

  std::vector<std::shared_ptr<const AnnotationSet>> take() {
    std::vector<std::shared_ptr<const AnnotationSet>> taken;
    for (AnnotationSet& set : sets_)
      taken.push_back(std::make_shared<const AnnotationSet>(std::move(set)));
    return taken;
  }

 private:
  /// But for name and annotators.
  static bool is_alike(const AnnotationSet& set, AnnotationSet wanted) {
    wanted.name = set.name;
    wanted.annotators = set.annotators;
    return set == wanted;
  }

  std::vector<AnnotationSet> sets_;
  std::map<std::string, std::size_t> by_name_;  // by slug: that is their folder's name
  std::set<std::string> jobs_;
};

class Joining {
 public:
  Joining(std::vector<ReadFile> files, std::string experiment)
      : files_(std::move(files)), experiment_(std::move(experiment)) {}

  Import all(std::size_t threads) {
    find_folders();
    give_ids();
    for (ReadFile& file : files_)
      if (file.discussion) take_discussion(file);
    take_annotations();
    finish_annotations(threads);
    finish_plan();
    for (const ReadFile& file : files_)
      if (file.refused) import_.refused.push_back(*file.refused);
    return std::move(import_);
  }

 private:
  struct Joined {
    ReadFile* file = nullptr;
    std::size_t discussion = 0;
    std::pair<std::size_t, std::size_t> place;  // set and annotator
    std::vector<Turn> turns;
  };

  void find_folders() {
    std::vector<fs::path> folders;
    for (const ReadFile& file : files_) {
      folders_.push_back(folder_of(file.path));
      if (file.discussion && file.format != "syndisco") folders.push_back(folders_.back());
    }
    common_ = common_folder(folders);
    several_ = std::ranges::any_of(folders, [&](const fs::path& each) { return each != common_; });
    for (const fs::path& each : folders) below_.insert(text_of(each.lexically_relative(common_)));
  }

  /// The path of the folder below the one that holds all, which itself goes by its own name.
  std::string level_of(const ReadFile& file) const {
    const fs::path& folder = folders_[static_cast<std::size_t>(&file - files_.data())];
    const fs::path below = folder.lexically_relative(common_);
    if (below != ".") return text_of(below);
    const std::string own = text_of(folder.filename());
    // A folder below it may go by that name, too.
    return below_.contains(own) ? own + "/" : own;
  }

  /// To discussions of 2.2, from their files' names.
  void give_ids() {
    std::map<std::string, std::size_t> stems;
    const auto lacks_id = [](const ReadFile& file) {
      return file.discussion && file.discussion->job.id.empty();
    };
    for (const ReadFile& file : files_)
      if (lacks_id(file)) ++stems[text_of(file.path.stem())];
    for (ReadFile& file : files_) {
      if (!lacks_id(file)) continue;
      std::string id = text_of(file.path.stem());
      if (stems[id] > 1) {
        std::string folder = level_of(file);
        std::ranges::replace(folder, '/', '.');
        id = folder + "." + id;
      }
      file.discussion->job.id = id;
    }
  }

  void take_discussion(ReadFile& file) {
    const std::string id = file.discussion->job.id;
    const auto [found, added] = by_id_.emplace(id, import_.discussions.size());
    if (!added) {
      file.refused = refusal(
          file.path,
          "has the id " + printable_line(id) + " of " +
              printable_line(import_.files[found->second].path.string()),
          "import one of them, or each into a directory of its own; --keep-going takes the first");
      return;
    }
    DiscussionRecord record = std::move(*file.discussion);
    if (file.format != "syndisco") {
      complete_job(record.job, record.turns);
      record.job.cell = "all";
      if (several_) {
        record.job.cell = level_of(file);
        record.job.levels = {{kFolder, record.job.cell}};
      }
    }
    by_stem_[text_of(file.path.stem())].push_back(import_.discussions.size());
    if (!file.difference.empty()) import_.losses.push_back({file.path, file.difference});
    import_.files.push_back({file.path, file.format, file.sha256, id});
    import_.discussions.push_back(std::move(record));
  }

  /// The discussion that a file of 2.2 is named after; nothing where that leaves a choice.
  std::optional<std::size_t> by_name(const ReadFile& file) const {
    std::string name = text_of(file.path.stem());
    while (true) {
      if (const auto found = by_id_.find(name); found != by_id_.end()) return found->second;
      if (const auto found = by_stem_.find(name);
          found != by_stem_.end() && found->second.size() == 1)
        return found->second.front();
      const std::size_t dot = name.rfind('.');
      if (dot == std::string::npos) return std::nullopt;
      name.resize(dot);
    }
  }

  /// The discussions that have just these commenters in this order.
  std::vector<std::size_t> by_commenters(const PublishedAnnotation& annotation) {
    std::vector<std::string> names;
    for (const JudgedMessage& message : annotation.messages) names.push_back(message.user);
    if (by_commenters_.empty())
      for (std::size_t i = 0; i < import_.discussions.size(); ++i) {
        std::vector<std::string> commenters;
        for (const Turn& turn : import_.discussions[i].turns)
          if (is_published(import_.discussions[i].job, turn)) commenters.push_back(turn.name);
        by_commenters_[commenters].push_back(i);
      }
    const auto found = by_commenters_.find(names);
    return found == by_commenters_.end() ? std::vector<std::size_t>() : found->second;
  }

  std::size_t discussion_of(const ReadFile& file) {
    const std::string id =
        file.annotation ? file.annotation->discussion : file.own_annotation->job.discussion;
    if (!id.empty()) {
      if (const auto found = by_id_.find(id); found != by_id_.end()) return found->second;
      throw refusal(
          file.path,
          "judges the discussion " + printable_line(id) + ", which is not among the files",
          "give the folder of the discussions, too");
    }
    const std::vector<std::size_t> alike = by_commenters(*file.annotation);
    if (const auto named = by_name(file)) {
      // All comments fit another discussion, and at best some of them this one.
      if (!alike.empty() && std::ranges::find(alike, *named) == alike.end())
        throw refusal(file.path,
                      "is named after the discussion " +
                          printable_line(import_.discussions[*named].job.id) +
                          ", but has the commenters of " +
                          printable_line(import_.discussions[alike.front()].job.id),
                      "name it DISCUSSION.ANNOTATOR.json after the file of its discussion");
      return *named;
    }
    if (alike.size() == 1) return alike.front();
    throw refusal(file.path,
                  "does not say which discussion it judges (2.2 keeps no conv_id), and neither its "
                  "name nor the commenters in it leave just one",
                  "name it DISCUSSION.ANNOTATOR.json after the file of its discussion");
  }

  std::string set_name(const ReadFile& file) const {
    const std::string name =
        text_of(folders_[static_cast<std::size_t>(&file - files_.data())].filename());
    return name.empty() ? "annotations" : name;
  }

  Joined join(ReadFile& file) {
    Joined joined{&file, discussion_of(file), {}, {}};
    const DiscussionRecord& discussion = import_.discussions[joined.discussion];
    AnnotationSet wanted;
    if (file.own_annotation) {
      wanted = *file.own_annotation->job.set;
      try {
        for (const Turn& turn : file.own_annotation->turns) judged_turn(discussion, turn);
      } catch (const InputError& error) {
        throw refusal(file.path, error.what(), "give the discussion that was annotated");
      }
      joined.turns = std::move(file.own_annotation->turns);
    } else {
      const PublishedAnnotation& read = *file.annotation;
      const auto steps = judged_steps(read.messages, discussion);
      if (!steps)
        throw refusal(
            file.path,
            "its messages are not those of the discussion " + printable_line(discussion.job.id),
            "give the discussion that was annotated");
      const std::string time = utc_from_legacy_timestamp(read.timestamp);
      for (std::size_t i = 0; i < read.messages.size(); ++i) {
        Turn turn;
        turn.step = i;
        turn.kind = TurnKind::kAnnotation;
        turn.target = (*steps)[i];
        turn.name = judged_turn(discussion, turn).name;
        turn.text = read.messages[i].annotation;
        turn.model = read.messages[i].model;
        turn.system = read.prompt;
        turn.time = time;
        joined.turns.push_back(std::move(turn));
      }
      wanted.name = set_name(file);
      wanted.style.name = read.style;
      wanted.history = read.history;
      wanted.annotators = {read.annotator};
    }
    joined.place = sets_.place(wanted, discussion.job.id);
    return joined;
  }

  /// Annotators in the order of their own set, where the files tell it.
  void take_annotations() {
    std::vector<ReadFile*> annotations;
    for (ReadFile& file : files_)
      if (file.annotation || file.own_annotation) annotations.push_back(&file);
    std::ranges::stable_sort(annotations, {}, &ReadFile::position);
    for (ReadFile* file : annotations) take_annotation(*file);
  }

  void take_annotation(ReadFile& file) {
    try {
      joined_.push_back(join(file));
    } catch (const InputError& error) {
      file.refused = error;
    }
  }

  void finish_annotations(std::size_t threads) {
    import_.plan.annotation_sets = sets_.take();
    std::vector<std::string> differences(joined_.size());
    import_.annotations.resize(joined_.size());
    importing::in_parallel(joined_.size(), threads, [&](std::size_t i) {
      Joined& joined = joined_[i];
      const DiscussionRecord& discussion = import_.discussions[joined.discussion];
      AnnotationRecord& record = import_.annotations[i];
      record.job = make_annotation_job(
          discussion.job.id, import_.plan.annotation_sets[joined.place.first], joined.place.second);
      record.status = Status::kCompleted;
      record.turns = std::move(joined.turns);
      differences[i] = importing::annotation_difference(*joined.file, record, discussion);
    });
    for (std::size_t i = 0; i < joined_.size(); ++i) {
      const ReadFile& file = *joined_[i].file;
      if (!differences[i].empty()) import_.losses.push_back({file.path, differences[i]});
      import_.files.push_back({file.path, file.format, file.sha256, import_.annotations[i].job.id});
    }
  }

  /// The name that the user gave, else that of our own files where it is one, else the folder's.
  std::string experiment_name() const {
    if (!experiment_.empty()) return experiment_;
    std::set<std::string> own;
    for (const DiscussionRecord& record : import_.discussions)
      if (!record.job.experiment.empty()) own.insert(record.job.experiment);
    if (own.size() == 1) return *own.begin();
    const std::string folder = text_of(common_.filename());
    return folder.empty() ? "imported" : folder;
  }

  void finish_plan() {
    Plan& plan = import_.plan;
    plan.experiment = experiment_name();
    std::set<std::uint64_t> seeds;
    std::map<std::string, std::uint64_t> replicates;
    const auto add = [](std::vector<std::string>& names, const std::string& name) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    };
    for (std::size_t i = 0; i < import_.discussions.size(); ++i) {
      DiscussionJob& job = import_.discussions[i].job;
      if (import_.files[i].format != "syndisco") job.replicate = ++replicates[job.cell];
      if (job.experiment.empty() || !experiment_.empty()) job.experiment = plan.experiment;
      seeds.insert(job.seed);
      for (const auto& [factor, level] : job.levels) add(plan.factors, factor);
      add(plan.cells, job.cell);
      plan.discussions.push_back(job);
    }
    if (seeds.size() == 1) plan.seed = *seeds.begin();
  }

  std::vector<ReadFile> files_;
  std::string experiment_;
  std::vector<fs::path> folders_;  // of files_
  fs::path common_;                // of discussions that are not ours
  bool several_ = false;
  std::set<std::string> below_;  // their paths below it
  Sets sets_;
  Import import_;
  std::vector<Joined> joined_;
  std::map<std::string, std::size_t> by_id_;
  std::map<std::string, std::vector<std::size_t>> by_stem_;
  std::map<std::vector<std::string>, std::vector<std::size_t>> by_commenters_;
};

}  // namespace

Import read_import(const std::vector<fs::path>& paths, const ImportOptions& options) {
  std::size_t passed_over = 0;
  const std::vector<fs::path> found = importing::files_below(paths, passed_over);
  const std::size_t threads = options.threads > 0
                                  ? options.threads
                                  : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  std::vector<ReadFile> files(found.size());
  importing::in_parallel(found.size(), threads,
                         [&](std::size_t i) { files[i] = importing::read_one(found[i]); });
  Import import = Joining(std::move(files), options.experiment).all(threads);
  import.passed_over = passed_over;
  return import;
}

void check_not_empty(const Import& import) {
  if (!import.discussions.empty()) return;
  if (!import.refused.empty())
    throw InputError("none of the files can be imported", {}, "see what is wrong with them above");
  throw InputError(import.passed_over > 0 ? "there is no file that ends in .json, but " +
                                                std::to_string(import.passed_over) + " others"
                                          : std::string("there is no file that ends in .json"),
                   {},
                   "give files, or folders of discussions; files given by name may end in "
                   "anything");
}

}  // namespace syndisco
