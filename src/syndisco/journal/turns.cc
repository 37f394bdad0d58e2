#include <array>

#include "syndisco/base/hash.h"
#include "syndisco/journal/turns_internal.h"

namespace syndisco {
namespace {

// System prompts remembered: enough for every speaker of the discussions in flight.
constexpr std::size_t kRememberedBytes = 16U << 20U;

constexpr const char* kInsert =
    "INSERT INTO turns(job, step, kind, name, silent, model, finish, seed, dropped, prompt_tokens,"
    " reused_tokens, generated_tokens, seconds, time, target, value, system, text, thinking, "
    "prompt)"
    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20)";

constexpr const char* kSelect =
    "SELECT t.step, t.kind, t.name, t.silent, t.model, t.finish, t.seed, t.dropped,"
    " t.prompt_tokens, t.reused_tokens, t.generated_tokens, t.seconds, t.time, t.target, t.value,"
    " s.text, t.text, t.thinking, t.prompt"
    " FROM turns t LEFT JOIN texts s ON s.id = t.system WHERE t.job = ?1 ORDER BY t.step";

// The columns left out come after the others, on pages of their own where they are long.
constexpr const char* kSelectWithoutPrompts =
    "SELECT step, kind, name, silent, model, finish, seed, dropped, prompt_tokens, reused_tokens,"
    " generated_tokens, seconds, time, target, value, NULL, text, '', '' FROM turns"
    " WHERE job = ?1 ORDER BY step";

// The database knows only numbers with a sign; the same bits come back.
std::int64_t same_bits(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::uint64_t same_bits(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

}  // namespace

void TurnWriter::insert(std::int64_t job, const Turn& turn) {
  const std::string kind(turn_kind_name(turn.kind));
  const std::string value = turn.value.is_null() ? std::string() : dump_json_compact(turn.value);
  const std::int64_t system = turn.system.empty() ? 0 : text_id(turn.system);
  Query query(connection_, kInsert, job, same_bits(turn.step), kind, turn.name, turn.silent,
              turn.model, turn.finish, same_bits(turn.seed), turn.dropped, turn.prompt_tokens,
              turn.reused_tokens, turn.generated_tokens, turn.seconds, turn.time,
              same_bits(turn.target));
  if (turn.value.is_null()) {
    query.bind(16, nullptr);
  } else {
    query.bind(16, value);
  }
  if (turn.system.empty()) {
    query.bind(17, nullptr);
  } else {
    query.bind(17, system);
  }
  query.bind(18, turn.text);
  query.bind(19, turn.thinking);
  query.bind(20, turn.prompt);
  query.run();
}

std::int64_t TurnWriter::text_id(const std::string& text) {
  if (const auto found = texts_.find(text); found != texts_.end()) return found->second;
  const std::array<std::uint8_t, 32> digest = sha256(text);
  const std::string hash(digest.begin(), digest.end());
  std::int64_t id = 0;
  {
    Query known(connection_, "SELECT id FROM texts WHERE hash = CAST(?1 AS BLOB)", hash);
    if (known.next()) id = known.integer(0);
  }
  if (id == 0) {
    Query(connection_, "INSERT INTO texts(hash, text) VALUES(CAST(?1 AS BLOB), ?2)", hash, text)
        .run();
    id = connection_.last_row();
    added_.push_back(text);
  }
  if (bytes_ + text.size() > kRememberedBytes) {
    texts_.clear();
    bytes_ = 0;
  }
  texts_.emplace(text, id);
  bytes_ += text.size();
  return id;
}

void TurnWriter::undone() {
  for (const std::string& text : added_) {
    if (texts_.erase(text) > 0) bytes_ -= text.size();
  }
  added_.clear();
}

std::vector<Turn> read_turns(Connection& connection, std::int64_t job, TurnParts parts) {
  std::vector<Turn> turns;
  Query query(connection, parts == TurnParts::kAll ? kSelect : kSelectWithoutPrompts, job);
  while (query.next()) {
    Turn& turn = turns.emplace_back();
    turn.step = same_bits(query.integer(0));
    turn.kind = turn_kind_from(query.text(1));
    turn.name = query.text(2);
    turn.silent = query.integer(3) != 0;
    turn.model = query.text(4);
    turn.finish = query.text(5);
    turn.seed = same_bits(query.integer(6));
    turn.dropped = query.small(7);
    turn.prompt_tokens = query.small(8);
    turn.reused_tokens = query.small(9);
    turn.generated_tokens = query.small(10);
    turn.seconds = query.real(11);
    turn.time = query.text(12);
    turn.target = same_bits(query.integer(13));
    if (!query.null(14)) turn.value = parse_json(query.text(14), "the journal");
    if (!query.null(15)) turn.system = query.text(15);
    turn.text = query.text(16);
    turn.thinking = query.text(17);
    turn.prompt = query.text(18);
  }
  return turns;
}

}  // namespace syndisco
