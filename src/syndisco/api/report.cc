#include "syndisco/api/report.h"

#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"

namespace syndisco::api {

std::string report(const std::exception& error) {
  if (const auto* known = dynamic_cast<const Error*>(&error)) return known->report();
  return "error: " + printable_line(error.what()) + "\n";
}

}  // namespace syndisco::api
