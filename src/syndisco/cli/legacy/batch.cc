#include "syndisco/cli/legacy/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>

#include "syndisco/base/cache.h"
#include "syndisco/base/clock.h"
#include "syndisco/base/file.h"
#include "syndisco/base/hash.h"
#include "syndisco/base/log.h"
#include "syndisco/cli/signals.h"
#include "syndisco/journal/journal.h"
#include "syndisco/legacy/output.h"
#include "syndisco/model/llama/llama_model.h"
#include "syndisco/model/scripted/scripted_model.h"
#include "syndisco/run/runner.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

namespace fs = std::filesystem;

/// One input file.
struct Item {
  fs::path input;
  std::string conversation;   ///< id in the journal: that of the new discussion
  std::string work;           ///< id of what a model is asked for: the same, or an annotation
  DiscussionJob job;          ///< conversations
  AnnotationTask annotation;  ///< annotations; the discussion with its own id
};

struct Failure {
  std::string input;
  std::string reason;
};

bool prints_only(const fs::path& output_dir) {
  std::error_code ignored;
  return fs::is_character_file(output_dir, ignored);
}

void make_output_folder(const fs::path& folder) {
  if (prints_only(folder)) return;
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error))
    throw InputError("--output_dir is no folder: " + printable_line(folder.string()), {},
                     "give a folder, or /dev/null to print only");
  fs::create_directories(folder, error);
  if (error)
    throw EnvironmentError("cannot make the folder " + printable_line(folder.string()) + ": " +
                           error.message());
}

std::string line_of(const Error& error) {
  const std::string place = error.place().text();
  return (place.empty() ? "" : place + ": ") + error.what();
}

class Run {
 public:
  explicit Run(const Batch& batch) : batch_(batch), settings_(settings_of(batch.model)) {}

  int to_the_end() {
    StopOnSignals signals;
    const ModelSpec spec = model_of(batch_.model);
    read_inputs();
    make_output_folder(batch_.output_dir);
    if (!items_.empty()) {
      const fs::path directory = take_up(spec);
      const std::unique_ptr<Model> model = signals.ending_at_once(
          [&] { forget_if_new(directory); }, [&] { return load_or_forget(spec, directory); });
      const Models models = {{spec.name, model.get()}};
      const RunSummary summary = run_jobs(
          *journal_, models, {.parallel = std::max<std::size_t>(model->info().parallel, 1)},
          observer(), signals.token());
      if (summary.interrupted) {
        std::fputs("stopped; the same command goes on: every recorded answer is kept\n", stderr);
        return signals.exit_code();
      }
      write_what_is_missing();
      for (const auto& [id, reason] : journal_->failures())
        failures_.push_back({by_work_.at(id)->input.string(), reason});
      journal_.reset();
      std::error_code ignored;
      if (failures_.empty()) fs::remove_all(directory, ignored);
    }
    return report();
  }

 private:
  /// A command whose model cannot be loaded leaves nothing behind.
  std::unique_ptr<Model> load_or_forget(const ModelSpec& spec, const fs::path& directory) {
    try {
      return load_model(spec);
    } catch (...) {
      forget_if_new(directory);
      throw;
    }
  }

  void forget_if_new(const fs::path& directory) const {
    if (!created_) return;
    std::error_code ignored;
    fs::remove_all(directory, ignored);
  }

  std::unique_ptr<Model> load_model(const ModelSpec& spec) const {
    if (spec.script) return make_scripted_model(spec.name, *spec.script);
    return load_llama_model(spec, {.template_date = spec.date,
                                   .parallel = batch_.alone ? 1 : 0,
                                   .requests = static_cast<int>(items_.size()),
                                   .expected = spec.context,
                                   .reproducible = false});
  }

  bool annotates() const { return batch_.annotator.has_value(); }

  /// Everything that is wrong with a file is found before the model is loaded.
  void read_inputs() {
    for (const fs::path& input : batch_.inputs) {
      try {
        Item item;
        item.input = input;
        if (annotates()) {
          item.annotation = annotation_task(batch_.scripts, *batch_.annotator, input, settings_);
        } else {
          item.job = conversation_job(batch_.scripts, input, "", settings_);
        }
        items_.push_back(std::move(item));
      } catch (const InputError& error) {
        // What is wrong with the annotator is wrong for every file.
        if (batch_.alone || (annotates() && error.place().file == batch_.annotator->string()))
          throw;
        failures_.push_back({input.string(), line_of(error)});
        log::error("", line_of(error));
      }
    }
  }

  /// Where the answers are kept until the batch is done: the same for the same command.
  fs::path state_folder() const {
    const auto whole = [](const fs::path& path) {
      std::error_code ignored;
      return Json(fs::weakly_canonical(path, ignored).string());
    };
    JsonArray inputs;
    if (batch_.alone)
      for (const fs::path& input : batch_.inputs) inputs.push_back(whole(input));
    else
      inputs.push_back(whole(batch_.inputs.front().parent_path()));
    const ModelFlags& flags = batch_.model;
    const Json key = JsonArray{batch_.scripts == Scripts::kSdf,
                               annotates() ? whole(*batch_.annotator) : Json(),
                               std::move(inputs),
                               whole(batch_.output_dir),
                               flags.model_path,
                               settings_.model_name,
                               flags.max_tokens,
                               flags.ctx_width_tokens,
                               flags.random_seed};
    return state_directory() / "batches" / sha256_hex(dump_json_compact(key)).substr(0, 32);
  }

  /// The batch has identifiers of its own, which it keeps when it goes on.
  void give_ids(const fs::path& directory) {
    const fs::path path = directory / "identity";
    std::error_code ignored;
    if (!fs::exists(path, ignored)) write_file_atomically(path, random_bytes());
    const std::string identity = read_file(path);
    for (Item& item : items_) {
      item.conversation = uuid_of(identity + item.input.filename().string());
      item.job.id = item.conversation;
      item.work = item.conversation;
      if (annotates())
        item.work = make_annotation_job(item.conversation, item.annotation.job.set, 0).id;
    }
    for (Item& item : items_) by_work_[item.work] = &item;
  }

  Plan plan_of(const ModelSpec& spec) const {
    Plan plan;
    plan.experiment = "batch";
    plan.seed = settings_.seed;
    plan.cells = {"all"};
    plan.models = {spec};
    for (const Item& item : items_) {
      DiscussionJob job = annotates() ? item.annotation.discussion.job : item.job;
      job.id = item.conversation;
      job.experiment = plan.experiment;
      job.cell = "all";
      plan.discussions.push_back(std::move(job));
    }
    if (annotates()) plan.annotation_sets = {items_.front().annotation.job.set};
    return plan;
  }

  fs::path take_up(const ModelSpec& spec) {
    const fs::path directory = state_folder();
    journal_ = Journal::open(directory);
    give_ids(directory);
    outputs_ = directory / "outputs";
    try {
      const Growth growth = journal_->take_up(plan_of(spec));
      created_ = growth.created;
      if (!created_) log::info("", "going on where the same command stopped");
    } catch (const InputError& error) {
      throw InputError(
          std::string("the same command was interrupted with other input files: ") + error.what(),
          {}, "remove " + printable_line(directory.string()) + " to forget it");
    }
    journal_->retry_failed();
    if (annotates()) record_annotated();
    return directory;
  }

  void record_annotated() {
    std::map<std::string, const std::vector<Turn>*> turns;
    for (const Item& item : items_) turns[item.conversation] = &item.annotation.discussion.turns;
    journal_->load_turns(turns);
  }

  std::string screen_of(const Item& item, const Turn& turn) const {
    return annotates() ? annotation_screen(batch_.scripts, item.annotation.discussion, turn)
                       : conversation_screen(batch_.scripts, item.job, turn);
  }

  static void print(const std::string& text) {
    std::fputs(printable(text).c_str(), stdout);
    std::fflush(stdout);
  }

  RunObserver observer() {
    RunObserver observer;
    observer.started = [this](const Claim& claim) {
      if (!batch_.alone) return;
      for (const Turn& turn : claim.turns) print(screen_of(*by_work_.at(claim.id), turn));
    };
    observer.turn = [this](const std::string& job, const Turn& turn) {
      if (batch_.alone) print(screen_of(*by_work_.at(job), turn));
    };
    observer.ended = [this](const Claim& claim, const Outcome& outcome) {
      const Item& item = *by_work_.at(claim.id);
      const std::lock_guard lock(mutex_);
      ++ended_;
      const std::string progress =
          batch_.alone ? "" : fmt::format("[{}/{}] ", ended_, items_.size());
      if (outcome.status == Status::kCompleted) {
        finish(item, progress);
      } else {
        log::error("", progress + printable_line(item.input.string()) + ": " + outcome.reason);
      }
    };
    return observer;
  }

  std::vector<Turn> turns_of(const Item& item) const {
    return annotates() ? journal_->annotation(item.work).turns
                       : journal_->discussion(item.work).turns;
  }

  std::string text_of(const Item& item) const {
    return annotates() ? annotation_text(batch_.scripts, journal_->annotation(item.work),
                                         item.annotation.discussion)
                       : conversation_text(batch_.scripts, journal_->discussion(item.work));
  }

  void finish(const Item& item, const std::string& progress) {
    if (!batch_.alone) {
      std::string said = item.input.string() + ":\n";
      for (const Turn& turn : turns_of(item)) said += screen_of(item, turn);
      print(said);
    }
    if (prints_only(batch_.output_dir)) {
      write_file_atomically(outputs_ / item.conversation, "");
      return;
    }
    const fs::path path = write(item);
    print(fmt::format("Conversation saved to {}\n", path.string()));
    if (!batch_.alone)
      log::info("", progress + printable_line(item.input.string()) + ": completed");
  }

  /// The name is remembered before the file is written: when an interruption came between, the
  /// file is written once all the same.
  fs::path write(const Item& item) {
    const std::string text = text_of(item);
    const fs::path remembered = outputs_ / item.conversation;
    std::error_code ignored;
    if (fs::exists(remembered, ignored)) {
      const fs::path path = read_file(remembered);
      if (fs::exists(path, ignored) && read_file(path) == text) return path;
    }
    const std::string timestamp = legacy_timestamp_now();
    for (int number = 1;; ++number) {
      const fs::path path = output_path(batch_.output_dir, timestamp, number);
      if (fs::exists(path, ignored)) continue;
      write_file_atomically(remembered, fs::absolute(path).string());
      if (write_new_file(path, text)) return path;
    }
  }

  /// Files of what was completed just before an earlier run ended.
  void write_what_is_missing() {
    std::error_code ignored;
    for (const Item& item : items_) {
      const Status status = annotates() ? journal_->annotation(item.work).status
                                        : journal_->discussion(item.work).status;
      if (status != Status::kCompleted) continue;
      const fs::path remembered = outputs_ / item.conversation;
      const bool is_there =
          fs::exists(remembered, ignored) &&
          (prints_only(batch_.output_dir) || fs::exists(fs::path(read_file(remembered)), ignored));
      if (!is_there) finish(item, "");
    }
  }

  int report() const {
    if (failures_.empty()) return 0;
    std::string text =
        fmt::format("error: {} of {} files failed:\n", failures_.size(), batch_.inputs.size());
    for (const Failure& failure : failures_)
      text +=
          fmt::format("  {}: {}\n", printable_line(failure.input), printable_line(failure.reason));
    text += "hint: the same command tries these again\n";
    std::fputs(text.c_str(), stderr);
    return static_cast<int>(ExitCode::kJobsFailed);
  }

  const Batch& batch_;
  ScriptSettings settings_;
  std::vector<Item> items_;
  std::map<std::string, const Item*> by_work_;
  std::vector<Failure> failures_;
  std::unique_ptr<Journal> journal_;
  bool created_ = false;
  fs::path outputs_;
  std::mutex mutex_;
  std::size_t ended_ = 0;
};

}  // namespace

int run_batch(const Batch& batch) {
  return Run(batch).to_the_end();
}

}  // namespace syndisco::cli
