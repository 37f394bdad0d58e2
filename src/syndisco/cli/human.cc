#include "syndisco/cli/human.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "syndisco/base/error.h"
#include "syndisco/base/log.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

constexpr const char* kHelp =
    "Type a comment and press Enter.\n"
    "  /pass    says nothing this time (an empty line, too)\n"
    "  /leave   leaves the discussion; the others go on (Ctrl-D, too)\n"
    "  /help    shows this\n"
    "A line that ends in \\ goes on in the next one, and the lines of a pasted text are one\n"
    "comment. A comment that begins with / is written with two: //. A line may have 4,000 bytes.\n"
    "Ctrl-C stops the run; the same command goes on with it.\n";

const std::vector<std::string> kCommands = {"/pass", "/leave", "/help"};

/// Set while a prompt stands on the screen; log lines step around it.
std::mutex screen;
std::string prompt_shown;

void leave_prompt() {
  screen.lock();
  if (!prompt_shown.empty()) std::fputs("\n", stderr);
}

void show_prompt_again() {
  std::fputs(prompt_shown.c_str(), stderr);
  std::fflush(stderr);
  screen.unlock();
}

void set_prompt(const std::string& text) {
  const std::lock_guard lock(screen);
  prompt_shown = text;
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

bool is_human(const ActorSpec& actor) {
  return actor.speaker == SpeakerKind::kHuman;
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + printable_line(name);
  return all;
}

Comment comment_of(const Turn& turn) {
  return {.kind = turn.kind,
          .name = turn.name,
          .text = turn.text,
          .speaker = turn.model,
          .finish = turn.finish,
          .silent = turn.silent};
}

}  // namespace

bool has_human(const DiscussionJob& job) {
  return (job.facilitator && is_human(*job.facilitator)) ||
         std::any_of(job.participants.begin(), job.participants.end(), is_human);
}

HumanAtTerminal::HumanAtTerminal(const std::vector<std::string>& order, const Terminal& terminal)
    : terminal_(terminal), count_(order.size()), lines_(STDIN_FILENO) {
  for (const std::string& id : order) order_.emplace(id, order_.size());
  log::around_screen_lines(leave_prompt, show_prompt_again);
}

HumanAtTerminal::~HumanAtTerminal() {
  log::around_screen_lines(nullptr, nullptr);
}

void HumanAtTerminal::started(const Claim& claim) {
  if (!claim.discussion || !has_human(*claim.discussion)) return;
  const DiscussionJob& job = *claim.discussion;
  const std::lock_guard lock(mutex_);
  Open open;
  open.id = claim.id;
  open.place = order_.emplace(claim.id, order_.size()).first->second;
  for (const ActorSpec& actor : job.participants) {
    if (is_human(actor)) {
      open.humans.push_back(actor);
    } else {
      open.others.push_back(actor.name);
    }
  }
  if (job.facilitator) {
    if (is_human(*job.facilitator)) {
      open.humans.push_back(*job.facilitator);
    } else {
      open.others.push_back(job.facilitator->name + " (facilitator)");
    }
  }
  for (const Turn& turn : claim.turns) open.said.push_back(comment_of(turn));
  open_[open.place] = std::move(open);
}

HumanAtTerminal::Open* HumanAtTerminal::first() {
  if (open_.empty()) return nullptr;
  if (!holder_.empty())
    for (auto& [place, open] : open_)
      if (open.id == holder_) return &open;
  return &open_.begin()->second;
}

bool HumanAtTerminal::may_have(const std::string& discussion) {
  const Open* open = first();
  return open != nullptr && open->id == discussion;
}

void HumanAtTerminal::heard(const std::string& discussion, const Turn& turn) {
  const std::lock_guard lock(mutex_);
  const auto place = order_.find(discussion);
  if (place == order_.end()) return;
  const auto found = open_.find(place->second);
  if (found == open_.end()) return;
  found->second.said.push_back(comment_of(turn));
  if (!may_have(discussion)) return;
  const bool typed_here = lines_.is_terminal() && found->second.begun && turn.finish == "end" &&
                          turn.model == speaker_label(SpeakerKind::kHuman);
  if (typed_here) {
    ++found->second.shown;
  } else {
    show_news(found->second);
  }
}

void HumanAtTerminal::ended(const std::string& discussion) {
  const std::lock_guard lock(mutex_);
  const auto place = order_.find(discussion);
  if (place == order_.end() || open_.erase(place->second) == 0) return;
  if (holder_ == discussion) {
    holder_.clear();
    say(tint(terminal_.colour_errors, Tint::kDim, "--- end of " + discussion) + "\n\n");
    if (Open* next = first(); next != nullptr && !next->said.empty()) show_news(*next);
  }
  changed_.notify_all();
}

void HumanAtTerminal::say(const std::string& text) const {
  const std::lock_guard lock(screen);
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

std::size_t HumanAtTerminal::width() const {
  constexpr std::size_t kMost = 100;
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return std::min<std::size_t>(size.ws_col, kMost);
}

void HumanAtTerminal::show_header(const Open& open) const {
  std::vector<std::string> names;
  for (const ActorSpec& human : open.humans) names.push_back(human.name);
  std::string text = tint(terminal_.colour_errors, Tint::kBold,
                          fmt::format("--- {}: you are {}", open.id, joined(names))) +
                     "\n";
  if (!open.others.empty()) text += fill("with " + joined(open.others), width(), 0);
  std::vector<std::string> told;
  for (const ActorSpec& human : open.humans)
    for (const std::string& each : {human.context, human.instructions})
      if (!is_blank(each) && std::find(told.begin(), told.end(), each) == told.end())
        told.push_back(each);
  for (const std::string& each : told) text += fill(printable(python_strip(each)), width(), 0);
  if (lines_.is_terminal())
    text += tint(terminal_.colour_errors, Tint::kDim,
                 "an empty line says nothing, /leave leaves, /help tells more") +
            "\n";
  say(text + "\n");
}

void HumanAtTerminal::show(const Open& open, const Comment& comment, bool left_before) const {
  if (left_before) return;
  const bool colour = terminal_.colour_errors;
  const bool own = std::any_of(open.humans.begin(), open.humans.end(),
                               [&](const ActorSpec& human) { return human.name == comment.name; });
  std::string text = tint(colour, own ? Tint::kGreen : Tint::kCyan, printable_line(comment.name));
  if (comment.kind == TurnKind::kOpening) text += tint(colour, Tint::kDim, "  (opening post)");
  if (comment.kind == TurnKind::kFacilitator) text += tint(colour, Tint::kDim, "  (facilitator)");
  text += "\n";
  if (comment.finish == contribution_name(Contribution::kLeft)) {
    text += tint(colour, Tint::kDim, "  (has left)") + "\n";
  } else if (comment.silent) {
    text += tint(colour, Tint::kDim, "  (says nothing)") + "\n";
  } else {
    text += fill(printable(python_strip(comment.text)), width(), 2);
  }
  say(text + "\n");
}

void HumanAtTerminal::show_news(Open& open) {
  holder_ = open.id;
  if (!open.begun) show_header(open);
  open.begun = true;
  for (; open.shown < open.said.size(); ++open.shown) {
    const std::span<const Comment> before = std::span(open.said).first(open.shown);
    const Comment& comment = open.said[open.shown];
    show(open, comment, has_left(before, comment.name));
  }
}

Utterance HumanAtTerminal::speak(const Occasion& occasion, std::stop_token stop) {
  const std::string& discussion = occasion.job.id;
  {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return may_have(discussion); })) throw Cancelled();
    show_news(*first());
  }
  // Nobody else shows anything now: the discussion that has the terminal waits for this answer.
  return ask(occasion.actor.name, stop);
}

std::optional<std::string> HumanAtTerminal::line(const std::string& prompt,
                                                 const std::stop_token& stop) {
  if (!lines_.is_terminal()) return lines_.next(stop);
  set_prompt(prompt);
  try {
    std::optional<std::string> line = lines_.next(stop);
    set_prompt("");
    if (!line) say("\n");
    return line;
  } catch (...) {
    set_prompt("");
    say("\n");
    throw;
  }
}

/// Says what was wrong with it, or helps. False where it is no such line.
bool HumanAtTerminal::command(std::string_view line) const {
  if (!line.starts_with('/') || line.starts_with("//")) return false;
  const std::string word(python_strip(line));
  if (word == "/help") {
    say(kHelp);
    return true;
  }
  const std::string near = nearest_word(word, kCommands);
  say(fmt::format(
      "unknown command {}{}; /help lists them, a comment that begins with / is "
      "written //\n",
      printable_line(word), near.empty() ? "" : fmt::format(": did you mean {}?", near)));
  return true;
}

Utterance HumanAtTerminal::ask(const std::string& name, const std::stop_token& stop) {
  const Utterance passed{.contribution = Contribution::kPassed, .text = {}, .seed = 0};
  const Utterance left{.contribution = Contribution::kLeft, .text = {}, .seed = 0};
  const std::string prompt = printable_line(name) + "> ";
  std::string text;
  bool first_line = true;
  while (true) {
    std::optional<std::string> read =
        line(first_line ? prompt : std::string(display_width(prompt) - 2, '.') + "> ", stop);
    if (!read && first_line) return left;
    if (!read) break;
    if (first_line) {
      const std::string_view word = python_strip(*read);
      if (word == "/leave") return left;
      if (word == "/pass") return passed;
      if (command(*read)) continue;
      if (read->starts_with("//")) read->erase(0, 1);
    }
    const bool goes_on = read->ends_with('\\');
    if (goes_on) read->pop_back();
    text += (first_line ? "" : "\n") + *read;
    first_line = false;
    if (!goes_on && !(lines_.is_terminal() && lines_.more_comes())) break;
  }
  if (is_blank(text)) return passed;
  if (lines_.is_terminal()) say("\n");
  return {.contribution = Contribution::kSaid, .text = repair_utf8(python_strip(text)), .seed = 0};
}

}  // namespace syndisco::cli
