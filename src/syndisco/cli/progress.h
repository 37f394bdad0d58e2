#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "syndisco/cli/terminal.h"
#include "syndisco/record/turn.h"

namespace syndisco::cli {

/// The live line of a run: turns, tokens a second, time left. On a terminal it redraws itself; in a
/// pipe it prints a plain line now and then. Thread-safe. One at a time.
class Progress {
 public:
  /// `expected` turns in all, of which `done` are recorded already. Draws nothing when `quiet`.
  Progress(const Terminal& terminal, bool quiet, std::string label, std::uint64_t expected,
           std::uint64_t done);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add(const Turn& turn);

  /// The number of turns turned out to be another: `difference` is added to what is expected.
  void expect(std::int64_t difference);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace syndisco::cli
