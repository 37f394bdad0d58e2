#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "syndisco/journal/connection_internal.h"
#include "syndisco/record/turn.h"

namespace syndisco {

/// Writes turns into an open transaction of one connection; knows which system prompts are stored
/// already.
class TurnWriter {
 public:
  explicit TurnWriter(Connection& connection) : connection_(connection) {}

  /// Throws SQLite::Exception; the transaction goes on if only this turn was at fault.
  void insert(std::int64_t job, const Turn& turn);

  /// What was inserted since the last call is there for good, or was undone.
  void committed() { added_.clear(); }
  void undone();

 private:
  std::int64_t text_id(const std::string& text);

  Connection& connection_;
  std::unordered_map<std::string, std::int64_t> texts_;
  std::size_t bytes_ = 0;           // of the keys of texts_
  std::vector<std::string> added_;  // keys that this transaction stored
};

/// All turns of a job, in order; without what models were told and thought, or with it.
enum class TurnParts { kAll, kWithoutPrompts };
std::vector<Turn> read_turns(Connection& connection, std::int64_t job,
                             TurnParts parts = TurnParts::kAll);

}  // namespace syndisco
