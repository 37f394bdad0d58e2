// Many discussions, held and judged side by side into a run directory.
// usage: experiment [MODEL [OUTPUT_DIR]], where personas.json is
#include <iostream>

#include <syndisco/api/api.h>

using namespace syndisco::api;

int main(int argc, char** argv) try {
  auto llm = std::make_shared<LlamaModel>(LlamaModelOptions{
      .model_path = argc > 1 ? argv[1] : "builtin:smollm2-135m", .max_out_tokens = 24});
  const std::filesystem::path directory = argc > 2 ? argv[2] : "output/experiment";

  std::vector<Actor> users;
  for (const Persona& persona : Persona::from_json_file("personas.json"))
    users.push_back({.model = llm,
                     .persona = persona,
                     .context = "An online discussion.",
                     .instructions = "Answer in one sentence."});

  const DiscussionExperiment discussions({
      .name = "square",
      .users = users,
      .next_turn_manager = std::make_shared<RandomWeighted>(0.4),
      .seed_opinions = {{"Cars have no place on the market square."},
                        {"Without cars the shops on the square will close."}},
      .num_turns = 3,
      .num_discussions = 4,
  });
  const ExperimentResult held = discussions.begin(directory);
  std::cout << held.completed << " discussions in " << directory.string() << '\n';

  const AnnotationExperiment judging({
      .name = "politeness",
      .annotators = {{.model = llm,
                      .name = "Judge",
                      .instructions = "How polite is the comment, from 1 (rude) to 5 (polite)?",
                      .actor_type = ActorType::kAnnotator}},
      .answer = IntegerRange{1, 5},
  });
  const ExperimentResult judged = judging.begin(directory);
  std::cout << judged.completed << " of them judged\n";
  for (const auto& [job, reason] : judged.failures) std::cerr << job << ": " << reason << '\n';
  return judged.failures.empty() ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << report(error);
  return 1;
}
