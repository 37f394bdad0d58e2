#include "syndisco/design/factors.h"

#include <fmt/format.h>

#include <map>

#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

constexpr std::size_t kMostCells = 10'000;

DesignFactor read_factor(const Field& field, InputFiles& files,
                         const std::vector<ModelSpec>& models) {
  if (is_blank(field.label())) field.fail_at_name("the name of a factor is blank");
  if (!field.json().is_object())
    field.fail(fmt::format("factor {} must be a mapping of its levels, but is {}",
                           in_quotes(field.label()), field.json().kind()),
               "such as {none: {}, light: {facilitator: {...}}}");
  DesignFactor factor{field.label(), {}};
  std::map<std::string, Field> slugs;
  for (const Field& level : field.members()) {
    if (is_blank(level.label())) level.fail_at_name("the name of a level is blank");
    const auto [first, is_new] = slugs.emplace(slug(level.label()), level);
    if (!is_new)
      level.fail_at_name(fmt::format("levels {} and {} of factor {} would both be called {}",
                                     in_quotes(first->second.label()), in_quotes(level.label()),
                                     in_quotes(factor.name), first->first),
                         "ids keep only letters and digits; choose names that differ in them");
    if (!level.is_null() && !level.json().is_object())
      level.fail(fmt::format("level {} of factor {} must be a mapping of keys of discussions, "
                             "but is {}",
                             in_quotes(level.label()), in_quotes(factor.name), level.json().kind()),
                 "a level that changes nothing is {}");
    DiscussionKeys keys;
    if (!level.is_null()) keys = read_discussion_keys(level, files, models);
    factor.levels.push_back({level.label(), std::move(keys)});
  }
  if (factor.levels.empty())
    field.fail(fmt::format("factor {} has no levels", in_quotes(factor.name)),
               "give it levels, or take it out");
  return factor;
}

}  // namespace

std::vector<DesignFactor> read_factors(const Field& field, InputFiles& files,
                                       const std::vector<ModelSpec>& models) {
  std::vector<DesignFactor> factors;
  if (field.is_null()) return factors;
  std::size_t cells = 1;
  for (const Field& member : field.members()) {
    factors.push_back(read_factor(member, files, models));
    cells *= factors.back().levels.size();
    if (cells > kMostCells)
      field.fail_at_name("the factors cross to more than 10,000 cells",
                         "take out levels or whole factors");
  }
  return factors;
}

std::vector<Cell> cross(const std::vector<DesignFactor>& factors, const DiscussionKeys& base) {
  std::vector<Cell> cells{{"", {}, base}};
  for (const DesignFactor& factor : factors) {
    std::vector<Cell> crossed;
    for (const Cell& cell : cells) {
      for (const DesignFactor::Level& level : factor.levels) {
        Cell& next = crossed.emplace_back(cell);
        if (!next.name.empty()) next.name += '_';
        next.name += slug(level.name);
        next.levels.emplace_back(factor.name, level.name);
        next.keys.override_with(level.keys);
      }
    }
    cells = std::move(crossed);
  }
  if (factors.empty()) cells.front().name = "all";
  return cells;
}

}  // namespace syndisco
