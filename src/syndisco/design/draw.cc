#include "syndisco/design/draw.h"

#include "syndisco/base/random.h"

namespace syndisco {
namespace {

Random stream_of(const DiscussionJob& job, std::string_view purpose) {
  return Random(stream_seed(
      {.seed = job.seed, .purpose = purpose, .scope = job.scope, .replicate = job.replicate}));
}

}  // namespace

void draw_participants(DiscussionJob& job, std::span<const ActorSpec> pool, std::size_t count) {
  Random draws = stream_of(job, "people");
  for (const std::size_t i : draws.sample(pool.size(), count)) job.participants.push_back(pool[i]);
}

void draw_opening_posts(DiscussionJob& job, std::span<const std::vector<std::string>> entries) {
  Random draws = stream_of(job, "opening");
  const std::vector<std::string>& texts = entries[draws.below(entries.size())];
  for (std::size_t i = 0; i < texts.size(); ++i)
    job.opening_posts.push_back({job.participants[i].name, texts[i]});
}

}  // namespace syndisco
