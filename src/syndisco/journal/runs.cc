// What runs tell of themselves, and what they spent.

#include "syndisco/base/clock.h"
#include "syndisco/base/printable.h"
#include "syndisco/journal/damaged.h"
#include "syndisco/journal/journal_internal.h"
#include "syndisco/journal/schema_internal.h"

namespace syndisco {
namespace {

std::int64_t signed_count(std::uint64_t count) {
  return static_cast<std::int64_t>(count);
}

// Columns: model, requests, prompt tokens, reused ones, generated ones.
void add_usage(std::map<std::string, Usage>& usage, Connection& connection, const char* sql) {
  Query query(connection, sql);
  while (query.next()) {
    usage[query.text(0)] += Usage{.requests = static_cast<std::uint64_t>(query.integer(1)),
                                  .prompt_tokens = static_cast<std::uint64_t>(query.integer(2)),
                                  .reused_tokens = static_cast<std::uint64_t>(query.integer(3)),
                                  .generated_tokens = static_cast<std::uint64_t>(query.integer(4))};
  }
}

void add_failed(std::map<std::string, Usage>& usage, Connection& connection) {
  add_usage(usage, connection,
            "SELECT model, requests, prompt_tokens, reused_tokens, generated_tokens"
            " FROM failed_requests");
}

}  // namespace

bool JournalReader::somebody_writes() {
  constexpr std::chrono::milliseconds kMoment(500);
  if (writes_itself) return true;
  const auto now = std::chrono::steady_clock::now();
  if (!asked_ || now - *asked_ > kMoment) {
    writes_ = lock_holder(directory, shared).has_value();
    asked_ = now;
  }
  return writes_;
}

void Journal::count_failed_request(const std::string& model, const Usage& spent) {
  impl_->write([&](JournalWriter& writer) {
    Query(writer.connection,
          "INSERT INTO failed_requests VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(model) DO UPDATE SET"
          " requests = requests + excluded.requests,"
          " prompt_tokens = prompt_tokens + excluded.prompt_tokens,"
          " reused_tokens = reused_tokens + excluded.reused_tokens,"
          " generated_tokens = generated_tokens + excluded.generated_tokens",
          model, signed_count(spent.requests), signed_count(spent.prompt_tokens),
          signed_count(spent.reused_tokens), signed_count(spent.generated_tokens))
        .run();
    return true;
  });
}

void Journal::begin_run(const std::string& command) {
  impl_->write([&](JournalWriter& writer) {
    const std::string now = utc_now();
    Query(writer.connection,
          "INSERT INTO runs(command, process, started, seen, seconds) VALUES(?1, ?2, ?3, ?3, 0)",
          command, impl_->lock->owner(), now)
        .run();
    writer.run = writer.connection.last_row();
    return true;
  });
}

void Journal::keep_run(double seconds) {
  impl_->write([&](JournalWriter& writer) {
    Query(writer.connection, "UPDATE runs SET seen = ?2, seconds = ?3 WHERE number = ?1",
          writer.run.value(), utc_now(), seconds)
        .run();
    return true;
  });
}

void Journal::end_run(double seconds, const std::string& how) {
  impl_->write([&](JournalWriter& writer) {
    Query(writer.connection,
          "UPDATE runs SET seen = ?2, seconds = ?3, ended = ?4 WHERE number = ?1",
          writer.run.value(), utc_now(), seconds, how)
        .run();
    return true;
  });
}

void Journal::note(const std::string& name, const Json& value) {
  impl_->write([&](JournalWriter& writer) {
    Query(writer.connection, "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)", kNote + name,
          dump_json_compact(value))
        .run();
    return true;
  });
}

std::optional<Json> Journal::noted(const std::string& name) const {
  return impl_->read([&](JournalReader& reader) -> std::optional<Json> {
    const std::optional<std::string> text = read_meta(reader.connection, kNote + name);
    if (!text) return std::nullopt;
    try {
      return parse_json(*text, "the journal");
    } catch (const InputError&) {
      throw DamagedError("the journal of " + printable_line(impl_->directory.string()) +
                             " is damaged: its note of " + printable_line(name) +
                             " is not what was written",
                         "syndisco check " + printable_line(impl_->directory.string()) +
                             " --repair saves what can be read");
    }
  });
}

std::optional<std::string> Journal::writer() const {
  return lock_holder(impl_->directory, impl_->reader->shared);
}

std::map<std::string, Usage> Journal::usage_by_model() const {
  return impl_->read([](JournalReader& reader) {
    std::map<std::string, Usage> usage;
    // People and corpora have no tokens and are asked for nothing that a limit counts.
    add_usage(usage, reader.connection,
              "SELECT model, count(*), sum(prompt_tokens), sum(reused_tokens),"
              " sum(generated_tokens) FROM turns WHERE kind <> 'opening' AND NOT"
              " (prompt_tokens + generated_tokens = 0 AND (model = 'human'"
              "  OR model GLOB 'retrieval:*' OR model GLOB 'sampler:*'))"
              " AND job NOT IN (SELECT number FROM jobs WHERE status = 'completed'"
              "  AND started IS NULL) GROUP BY model");
    add_failed(usage, reader.connection);
    return usage;
  });
}

std::map<std::string, Usage> Journal::failed_requests() const {
  return impl_->read([](JournalReader& reader) {
    std::map<std::string, Usage> usage;
    add_failed(usage, reader.connection);
    return usage;
  });
}

std::vector<RunRecord> Journal::runs() const {
  return impl_->read([](JournalReader& reader) {
    std::vector<RunRecord> runs;
    Query query(reader.connection,
                "SELECT command, process, started, seen, seconds, ended FROM runs ORDER BY number");
    while (query.next()) {
      runs.push_back({query.text(0), query.text(1), query.text(2), query.text(3), query.real(4),
                      query.text(5)});
    }
    return runs;
  });
}

double Journal::seconds_of_runs() const {
  return impl_->read([](JournalReader& reader) {
    Query query(reader.connection, "SELECT total(seconds) FROM runs");
    return query.next() ? query.real(0) : 0.0;
  });
}

}  // namespace syndisco
