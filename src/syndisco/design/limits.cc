#include "syndisco/design/limits.h"

#include <fmt/format.h>

#include "syndisco/base/duration.h"
#include "syndisco/design/keys.h"

namespace syndisco {
namespace {

double price_of(const Field& field) {
  return field.number("of at least 0", [](double x) { return x >= 0; });
}

std::uint64_t count_of(const Field& field) {
  if (!field.json().is_integer() || field.json().integer() < 1)
    field.refuse("a whole number, at least 1");
  return static_cast<std::uint64_t>(field.json().integer());
}

double seconds_of(const Field& field) {
  std::optional<double> seconds;
  if (field.json().is_string()) seconds = parse_duration(field.json().string());
  if (field.json().is_integer() || field.json().is_float()) seconds = field.json().number();
  if (!seconds || !(*seconds > 0) || *seconds > 1e10)
    field.refuse("a duration above 0", "write 36h, 90m, 1h 30m or a number of seconds");
  return *seconds;
}

}  // namespace

Price read_price(const Field& field) {
  const Mapping mapping(field, keys::kPrice);
  const char* hint = "per million tokens, such as {input: 0.5, output: 1.5}";
  Price price;
  price.input = price.cached_input = price_of(mapping.require("input", hint));
  price.output = price_of(mapping.require("output", hint));
  if (const Field* value = mapping.find("cached_input")) price.cached_input = price_of(*value);
  return price;
}

Limits read_limits(const Field& field, const std::vector<ModelSpec>& models) {
  const Mapping mapping(field, keys::kLimits);
  Limits limits;
  if (const Field* value = mapping.find("tokens")) limits.tokens = count_of(*value);
  if (const Field* value = mapping.find("requests")) limits.requests = count_of(*value);
  if (const Field* value = mapping.find("wall_time")) limits.wall_time = seconds_of(*value);
  if (const Field* value = mapping.find("cost")) {
    limits.cost = value->number("above 0", [](double x) { return x > 0; });
    for (const ModelSpec& model : models)
      if (!model.price)
        value->fail_at_name(
            fmt::format("a limit of cost needs the price of every model, and {} has none",
                        in_quotes(model.name)),
            "add `price: {input: X, output: Y}` (per million tokens) to it; a model of your own "
            "may cost 0");
  }
  return limits;
}

}  // namespace syndisco
