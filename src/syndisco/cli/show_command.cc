#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <set>

#include "syndisco/base/wait.h"
#include "syndisco/cli/command.h"
#include "syndisco/cli/signals.h"
#include "syndisco/journal/journal.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

constexpr double kFollowSeconds = 0.3;

struct Arguments {
  std::string directory;
  std::string id;
  bool follow = false;
  bool prompts = false;
};

std::string list(const Journal& journal) {
  Table table;
  table.column("id");
  table.column("status");
  table.column("turns", Table::Align::kRight);
  table.column("participants");
  for (const std::string& id : journal.discussion_ids()) {
    const DiscussionRecord record = journal.discussion(id);
    std::string names;
    for (const ActorSpec& actor : record.job.participants)
      names += (names.empty() ? "" : ", ") + actor.name;
    if (record.job.facilitator) names += " + " + record.job.facilitator->name;
    table.row(
        {id, std::string(status_name(record.status)), std::to_string(record.turns.size()), names});
  }
  return table.text();
}

/// The full id, or the end of one where it is the only one: "0001", "none.0001".
std::string find_id(const Journal& journal, const std::string& wanted) {
  std::string found;
  for (const std::string& id : journal.discussion_ids()) {
    if (id == wanted) return id;
    if (id.ends_with("." + wanted)) {
      if (!found.empty())
        throw InputError(wanted + " is the end of several ids", {},
                         "did you mean " + found + " or " + id + "?");
      found = id;
    }
  }
  return found.empty() ? wanted : found;
}

/// An answer in a word or, where it is JSON, which may have line ends, in one line.
std::string short_answer(const AnnotationSet& set, const Turn& turn) {
  if (std::holds_alternative<JsonAnswer>(set.answer)) return dump_json_compact(turn.value);
  return std::string(python_strip(turn.text));
}

/// What annotators said, by the step of the comment: "toxicity: mia 2, jonas 1".
std::map<std::uint64_t, std::vector<std::string>> annotations_by_step(const Journal& journal,
                                                                      const std::string& id) {
  std::map<std::uint64_t, std::map<std::string, std::string>> by_set;
  for (const AnnotationRecord& record : journal.annotations_of(id)) {
    for (const Turn& turn : record.turns) {
      std::string& said = by_set[turn.target][record.job.set->name];
      said += fmt::format("{}{} {}", said.empty() ? "" : ", ", record.job.actor().name,
                          short_answer(*record.job.set, turn));
    }
  }
  std::map<std::uint64_t, std::vector<std::string>> lines;
  for (const auto& [step, sets] : by_set)
    for (const auto& [set, said] : sets) lines[step].push_back(printable_line(set + ": " + said));
  return lines;
}

class Transcript {
 public:
  Transcript(const Terminal& terminal, const Journal& journal, std::string id, bool prompts)
      : terminal_(terminal), journal_(journal), id_(std::move(id)), prompts_(prompts) {}

  /// Prints what came since the last call; true when the discussion has ended.
  bool print() {
    const DiscussionRecord record = journal_.discussion(id_);
    if (!begun_) header(record);
    begun_ = true;
    const auto annotations = annotations_by_step(journal_, id_);
    for (; shown_ < record.turns.size(); ++shown_) {
      const auto found = annotations.find(record.turns[shown_].step);
      comment(record, record.turns[shown_],
              found == annotations.end() ? std::vector<std::string>{} : found->second);
    }
    if (std::fflush(stdout) != 0) throw EnvironmentError("cannot write to stdout");
    const bool ended = record.status == Status::kCompleted || record.status == Status::kFailed;
    if (ended && record.status == Status::kFailed)
      say(fmt::format("failed: {}\n", printable_line(record.reason)), Tint::kRed);
    return ended;
  }

 private:
  void say(const std::string& text, Tint colour) {
    std::fputs(tint(terminal_.colour, colour, text).c_str(), stdout);
  }

  void header(const DiscussionRecord& record) {
    say(fmt::format("{}  ({})\n", record.job.id, status_name(record.status)), Tint::kBold);
    for (const auto& [factor, level] : record.job.levels)
      say(printable_line(factor + ": " + level) + "\n", Tint::kDim);
    std::fputs("\n", stdout);
  }

  void comment(const DiscussionRecord& record, const Turn& turn,
               const std::vector<std::string>& annotations) {
    // Who is no model was sent nothing.
    if (prompts_ && !(turn.system.empty() && turn.prompt.empty())) {
      say("system:\n" + printable(turn.system) + "\n", Tint::kDim);
      say("user:\n" + printable(turn.prompt) + "\n", Tint::kDim);
    }
    std::string role;
    if (turn.kind == TurnKind::kOpening) role = "  (opening post)";
    if (turn.kind == TurnKind::kFacilitator) role = "  (facilitator)";
    const bool facilitator = record.job.facilitator && turn.name == record.job.facilitator->name;
    say(printable_line(turn.name), facilitator ? Tint::kYellow : Tint::kCyan);
    say(role + "\n", Tint::kDim);
    const std::size_t width = std::min<std::size_t>(terminal_.width, 100);
    if (turn.silent)
      say("  (says nothing)\n", Tint::kDim);
    else
      std::fputs(fill(printable(python_strip(turn.text)), width, 2).c_str(), stdout);
    for (const std::string& line : annotations) say("  [" + line + "]\n", Tint::kDim);
    std::fputs("\n", stdout);
  }

  const Terminal& terminal_;
  const Journal& journal_;
  std::string id_;
  bool prompts_;
  std::size_t shown_ = 0;
  bool begun_ = false;
};

int show(const Arguments& arguments, const Terminal& terminal) {
  const auto journal = Journal::open_read_only(arguments.directory);
  if (arguments.id.empty()) {
    if (arguments.follow)
      throw InputError("--follow needs the ID of a discussion", {},
                       "syndisco show " + printable_line(arguments.directory) + " lists them");
    std::fputs(list(*journal).c_str(), stdout);
    return 0;
  }
  Transcript transcript(terminal, *journal, find_id(*journal, arguments.id), arguments.prompts);
  if (!arguments.follow) {
    transcript.print();
    return 0;
  }
  StopOnSignals signals;
  while (!transcript.print()) {
    if (!journal->writer()) {
      if (transcript.print()) return 0;  // its last words
      std::fputs("nobody works on it now; `syndisco status` tells more\n", stderr);
      return 0;
    }
    if (!wait_seconds(kFollowSeconds, signals.token())) return signals.exit_code();
  }
  return 0;
}

}  // namespace

void add_show(CLI::App& app, const Global& global, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("show", "List discussions, or print one as a transcript");
  command->add_option("DIR", arguments->directory, "run directory")->required();
  command->add_option("ID", arguments->id, "a discussion, or the end of its id");
  command->add_flag("--prompts", arguments->prompts, "show what each speaker was sent, too");
  command->add_flag("--follow", arguments->follow, "go on printing while it is running");
  command->footer(
      "Examples:\n  syndisco show runs/pilot\n  syndisco show runs/pilot pilot.none.0001");
  command->callback([arguments, &global, &action] {
    action = [arguments, &global] { return show(*arguments, global.terminal); };
  });
}

}  // namespace syndisco::cli
