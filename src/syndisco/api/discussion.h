#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "syndisco/api/actor.h"
#include "syndisco/api/logs.h"
#include "syndisco/api/turn_managers.h"
#include "syndisco/record/turn.h"

namespace syndisco::api {

struct DiscussionOptions {
  std::shared_ptr<const TurnManager> next_turn_manager = nullptr;  ///< none: round robin
  std::vector<Actor> users = {};
  /// Speaks after every user who said something. May be one of the users as well.
  std::optional<Actor> moderator = std::nullopt;
  int history_context_len = 5;  ///< comments shown to a speaker, at least 0
  int conv_len = 5;             ///< users' turns; the moderator's and opening posts come on top
  /// Comments given beforehand, and who says them: one name each; no names: the first users.
  std::vector<std::string> seed_opinions = {};
  std::vector<std::string> seed_opinion_usernames = {};
  /// The wording of prompts: "plain", or that of an earlier generation ("g0", "sdf",
  /// "syndisco-1.0", "syndisco-2.0", "syndisco-2.2").
  std::string prompt_style = "plain";
  std::uint64_t seed = 42;  ///< the same seed makes the same draws
  std::string id = {};      ///< "": a new random one
};

/// One discussion. Holds copies of its actors and shares in their models. One thread at a time;
/// discussions side by side may use the same models.
///
///     Discussion discussion({.users = actors, .moderator = moderator, .conv_len = 6});
///     discussion.begin_conversation();                    // to the end, shown on the screen
///     std::filesystem::path file = discussion.save("output");
///
/// Or turn by turn: `for (const Turn& turn : discussion) ...`, or `step` until `finished`.
class Discussion {
 public:
  /// Throws InputError where something cannot be meant: nobody takes part, an actor without a
  /// model, names of the turn manager that are no users, ...
  explicit Discussion(const DiscussionOptions& options);

  /// A job as it stands, by models that have the names it uses. Throws as above.
  Discussion(DiscussionJob job, const std::vector<std::shared_ptr<Model>>& models,
             std::shared_ptr<const TurnManager> turn_manager = nullptr);
  ~Discussion();
  Discussion(Discussion&&) noexcept;
  Discussion& operator=(Discussion&&) noexcept;

  bool finished() const;

  /// The next turn. Requires !finished(). Throws what Model::ask throws; the turn can then be taken
  /// again.
  Turn step(std::stop_token stop = {});

  /// Goes on to the end, showing what is said on `screen` (nullptr: not at all). Does nothing where
  /// the discussion has ended. A model that fails in a way that may pass is asked three times.
  void begin_conversation(std::ostream* screen = &std::cout, std::stop_token stop = {});

  /// All turns so far, opening posts and silent ones included.
  const std::vector<Turn>& turns() const { return record().turns; }
  const DiscussionRecord& record() const;
  Logs logs() const;

  /// The file of an earlier generation ("syndisco-2.2", "g0", ...). "": that of the prompt style
  /// where it is one of these, else "syndisco-2.0".
  Json to_dict(const std::string& format = "") const;
  /// The same as a file, which replaces an earlier one.
  void to_json_file(const std::filesystem::path& path, const std::string& format = "") const;
  /// The same as a new file in the folder, named by the time ("26-11-27-20-15.json", with "-2"
  /// where that is taken); returns its path.
  std::filesystem::path save(const std::filesystem::path& folder,
                             const std::string& format = "") const;

  /// Reads the turns that are still to come, as they are said.
  class Iterator {
   public:
    using value_type = Turn;
    using difference_type = std::ptrdiff_t;
    const Turn& operator*() const { return *turn_; }
    const Turn* operator->() const { return &*turn_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !turn_; }

   private:
    friend class Discussion;
    explicit Iterator(Discussion& discussion) : discussion_(&discussion) { ++*this; }
    Discussion* discussion_;
    std::optional<Turn> turn_;
  };
  Iterator begin() { return Iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The JSON text of `to_dict`.
std::ostream& operator<<(std::ostream& out, const Discussion& discussion);

/// Its name up to 2.0.
using Conversation = Discussion;

/// The first free name in the folder by the time: "26-11-27-20-15.json". Whoever wants no other
/// program to take it meanwhile calls `save`.
std::filesystem::path generate_datetime_filename(const std::filesystem::path& folder);

}  // namespace syndisco::api
