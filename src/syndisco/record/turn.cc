#include "syndisco/record/turn.h"

#include <array>
#include <utility>

#include "syndisco/base/error.h"
#include "syndisco/record/fields.h"

namespace syndisco {
namespace {

constexpr std::array<std::pair<TurnKind, std::string_view>, 4> kTurnKinds = {{
    {TurnKind::kOpening, "opening"},
    {TurnKind::kUser, "user"},
    {TurnKind::kFacilitator, "facilitator"},
    {TurnKind::kAnnotation, "annotation"},
}};

constexpr std::array<std::pair<Status, std::string_view>, 4> kStatuses = {{
    {Status::kPlanned, "planned"},
    {Status::kRunning, "running"},
    {Status::kCompleted, "completed"},
    {Status::kFailed, "failed"},
}};

template <typename Table>
auto value_in(const Table& table, std::string_view name, const std::string& what) {
  for (const auto& [value, known] : table) {
    if (known == name) return value;
  }
  throw InputError("\"" + std::string(name) + "\" is no " + what);
}

}  // namespace

std::string_view turn_kind_name(TurnKind kind) {
  return name_in(kTurnKinds, kind);
}
TurnKind turn_kind_from(std::string_view name) {
  return value_in(kTurnKinds, name, "kind of turn");
}
std::string_view status_name(Status status) {
  return name_in(kStatuses, status);
}
Status status_from(std::string_view name) {
  return value_in(kStatuses, name, "status");
}

}  // namespace syndisco
