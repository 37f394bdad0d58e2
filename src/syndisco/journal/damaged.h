#pragma once

#include "syndisco/base/error.h"

namespace syndisco {

/// The database is not what was written: pages contradict each other, are missing, or the disk
/// cannot give them back. The one error that `syndisco check --repair` takes up. A database that is
/// locked, may not be read, or is of another version is none.
class DamagedError : public EnvironmentError {
 public:
  using EnvironmentError::EnvironmentError;
};

}  // namespace syndisco
