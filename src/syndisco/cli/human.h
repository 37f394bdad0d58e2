#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/cli/line_reader.h"
#include "syndisco/cli/terminal.h"
#include "syndisco/discussion/actor.h"
#include "syndisco/journal/journal.h"

namespace syndisco::cli {

/// Whether a person speaks in the discussion.
bool has_human(const DiscussionJob& job);

/// The person at the terminal (stdin; comments are shown on stderr): speaks for every human of a
/// run. There is one terminal, so discussions with people take it one after the other, in the order
/// given, each to its end; those of models alone go on meanwhile. Where stdin is no terminal, each
/// of its lines is an answer, and its end means that everybody leaves. Thread-safe. One at a time.
class HumanAtTerminal final : public Speaker {
 public:
  /// `order`: ids of the discussions with people, in the order of the plan.
  HumanAtTerminal(const std::vector<std::string>& order, const Terminal& terminal);
  ~HumanAtTerminal() override;

  /// How many discussions with people there are: all but one of them wait for the terminal.
  std::size_t discussions() const { return count_; }

  /// Waits for the terminal, shows what was said and reads what is typed.
  Utterance speak(const Occasion& occasion, std::stop_token stop) override;

  // What happens in the run. Discussions without people are ignored.
  void started(const Claim& claim);
  void heard(const std::string& discussion, const Turn& turn);
  void ended(const std::string& discussion);  ///< completed, failed or given up for now

 private:
  struct Open {
    std::size_t place = 0;  // in the order
    std::string id;
    std::vector<ActorSpec> humans;
    std::vector<std::string> others;
    std::vector<Comment> said;
    std::size_t shown = 0;
    bool begun = false;
  };

  Open* first();
  bool may_have(const std::string& discussion);
  void show_news(Open& open);
  void show(const Open& open, const Comment& comment, bool left_before) const;
  void show_header(const Open& open) const;
  void say(const std::string& text) const;
  std::size_t width() const;
  Utterance ask(const std::string& name, const std::stop_token& stop);
  std::optional<std::string> line(const std::string& prompt, const std::stop_token& stop);
  bool command(std::string_view line) const;

  const Terminal terminal_;
  const std::size_t count_;
  std::map<std::string, std::size_t> order_;
  LineReader lines_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::size_t, Open> open_;  // by place in the order
  std::string holder_;                // the discussion that has the terminal; ""
};

}  // namespace syndisco::cli
