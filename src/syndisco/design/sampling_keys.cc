#include "syndisco/design/sampling_keys.h"

#include "syndisco/design/keys.h"

namespace syndisco {
namespace {

void read_dry(const Field& field, SamplingKeys& keys) {
  const auto multiplier = [](const Field& value) {
    return value.number("of at least 0", [](double x) { return x >= 0; });
  };
  if (!field.json().is_object()) {
    if (!field.json().is_number()) field.refuse("a number (the multiplier) or a mapping");
    keys.dry_multiplier = multiplier(field);
    return;
  }
  const Mapping mapping(field, keys::kDry);
  if (const Field* value = mapping.find("multiplier")) keys.dry_multiplier = multiplier(*value);
  if (const Field* value = mapping.find("base"))
    keys.dry_base = value->number("above 1", [](double x) { return x > 1; });
  if (const Field* value = mapping.find("allowed_length"))
    keys.dry_allowed_length = value->whole(1);
  if (const Field* value = mapping.find("last_n")) keys.dry_last_n = value->whole(-1);
}

template <class T>
void take(std::optional<T>& mine, const std::optional<T>& later) {
  if (later) mine = later;
}

template <class T>
void put(T& target, const std::optional<T>& said) {
  if (said) target = *said;
}

}  // namespace

SamplingKeys read_sampling(const Field& field, InputFiles& files) {
  const Mapping mapping(field, keys::kSampling);
  SamplingKeys keys;
  if (const Field* value = mapping.find("temperature"))
    keys.temperature = value->number("of at least 0", [](double x) { return x >= 0; });
  if (const Field* value = mapping.find("top_p"))
    keys.top_p = value->number("above 0, at most 1", [](double x) { return x > 0 && x <= 1; });
  if (const Field* value = mapping.find("top_k")) keys.top_k = value->whole(0);
  if (const Field* value = mapping.find("min_p"))
    keys.min_p = value->number("between 0 and 1", [](double x) { return x >= 0 && x <= 1; });
  if (const Field* value = mapping.find("repeat_penalty"))
    keys.repeat_penalty = value->number("above 0", [](double x) { return x > 0; });
  if (const Field* value = mapping.find("repeat_last_n")) keys.repeat_last_n = value->whole(-1);
  if (const Field* value = mapping.find("dry")) read_dry(*value, keys);
  if (const Field* value = mapping.find("max_tokens")) keys.max_tokens = value->whole(1);
  if (const Field* value = mapping.find("stop")) keys.stop = read_texts(*value, files, false);
  if (const Field* value = mapping.find("remove")) keys.remove = read_texts(*value, files, false);
  return keys;
}

void SamplingKeys::override_with(const SamplingKeys& later) {
  take(temperature, later.temperature);
  take(top_p, later.top_p);
  take(top_k, later.top_k);
  take(min_p, later.min_p);
  take(repeat_penalty, later.repeat_penalty);
  take(repeat_last_n, later.repeat_last_n);
  take(dry_multiplier, later.dry_multiplier);
  take(dry_base, later.dry_base);
  take(dry_allowed_length, later.dry_allowed_length);
  take(dry_last_n, later.dry_last_n);
  take(max_tokens, later.max_tokens);
  take(stop, later.stop);
  take(remove, later.remove);
}

void SamplingKeys::apply_to(Sampling& sampling) const {
  put(sampling.temperature, temperature);
  put(sampling.top_p, top_p);
  put(sampling.top_k, top_k);
  put(sampling.min_p, min_p);
  put(sampling.repeat_penalty, repeat_penalty);
  put(sampling.repeat_last_n, repeat_last_n);
  put(sampling.dry.multiplier, dry_multiplier);
  put(sampling.dry.base, dry_base);
  put(sampling.dry.allowed_length, dry_allowed_length);
  put(sampling.dry.last_n, dry_last_n);
  put(sampling.max_tokens, max_tokens);
  put(sampling.stop, stop);
  put(sampling.remove, remove);
}

}  // namespace syndisco
