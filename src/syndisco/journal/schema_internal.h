#pragma once

#include <array>

namespace syndisco {

/// "SynD" in the header of the file, for tools such as file(1).
inline constexpr int kApplicationId = 0x53796E44;

/// Before the names of notes in `meta`, whose values are JSON.
inline constexpr const char* kNote = "note:";

/// Each brings the tables from the version of its position to the next. Only ever add one at the
/// end: databases of every version are out there.
inline constexpr std::array<const char*, 2> kMigrations = {
    R"sql(
CREATE TABLE meta(
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE models(
  name TEXT PRIMARY KEY,
  identity TEXT NOT NULL             -- JSON: what may not change once the model has answered
) WITHOUT ROWID;

CREATE TABLE annotation_sets(
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  ordinal INTEGER NOT NULL,
  apart INTEGER NOT NULL,            -- 1: added to finished work by another file than the study's own
  spec TEXT NOT NULL                 -- JSON
);

CREATE TABLE jobs(
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  ordinal INTEGER NOT NULL,          -- of the discussion in the plan
  cell TEXT NOT NULL,
  annotation_set INTEGER REFERENCES annotation_sets(number),  -- these three NULL: a discussion
  discussion INTEGER REFERENCES jobs(number),
  annotator INTEGER,
  status TEXT NOT NULL DEFAULT 'planned'
    CHECK (status IN ('planned', 'running', 'completed', 'failed')),
  ready INTEGER NOT NULL,            -- an annotation's discussion is completed
  reason TEXT NOT NULL DEFAULT '',
  started TEXT,
  finished TEXT,
  turns INTEGER NOT NULL DEFAULT 0,  -- this and the rest: sums, once completed or failed
  prompt_tokens INTEGER NOT NULL DEFAULT 0,
  reused_tokens INTEGER NOT NULL DEFAULT 0,
  generated_tokens INTEGER NOT NULL DEFAULT 0,
  seconds REAL NOT NULL DEFAULT 0
);
CREATE INDEX jobs_by_order ON jobs(annotation_set, ordinal, annotator);
CREATE INDEX jobs_to_claim ON jobs(annotation_set, ordinal, annotator)
  WHERE status = 'planned' AND ready = 1;
CREATE INDEX jobs_by_discussion ON jobs(discussion) WHERE discussion IS NOT NULL;

CREATE TABLE specs(
  job INTEGER PRIMARY KEY REFERENCES jobs(number),
  spec TEXT NOT NULL                 -- JSON; apart from jobs because it is large
);

CREATE TABLE texts(                  -- system prompts, each once
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,         -- SHA-256
  text TEXT NOT NULL
);

CREATE TABLE turns(
  job INTEGER NOT NULL REFERENCES jobs(number),
  step INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  silent INTEGER NOT NULL,
  model TEXT NOT NULL,
  finish TEXT NOT NULL,
  seed INTEGER NOT NULL,             -- 64 bits without sign, read as two's complement
  dropped INTEGER NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  reused_tokens INTEGER NOT NULL,
  generated_tokens INTEGER NOT NULL,
  seconds REAL NOT NULL,
  time TEXT NOT NULL,
  target INTEGER NOT NULL,
  value TEXT,                        -- JSON
  system INTEGER REFERENCES texts(id),
  text TEXT NOT NULL,
  thinking TEXT NOT NULL,
  prompt TEXT NOT NULL,
  PRIMARY KEY (job, step)
);
)sql",
    R"sql(
CREATE TABLE runs(
  number INTEGER PRIMARY KEY,
  command TEXT NOT NULL,
  process TEXT NOT NULL,
  started TEXT NOT NULL,
  seen TEXT NOT NULL,                -- the last sign of life
  seconds REAL NOT NULL,             -- until then
  ended TEXT NOT NULL DEFAULT ''     -- how; '': it goes on, or was killed
);

CREATE TABLE failed_requests(        -- by model: what was asked and left no turn
  model TEXT PRIMARY KEY,
  requests INTEGER NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  reused_tokens INTEGER NOT NULL,
  generated_tokens INTEGER NOT NULL
) WITHOUT ROWID;
)sql",
};

}  // namespace syndisco
