// A discussion of two, then with a moderator, then judged: docs/tutorial.md walks through it.
// usage: tutorial [MODEL [OUTPUT_DIR]], where personas.json is
#include <iostream>

#include <syndisco/api/api.h>

using namespace syndisco::api;

int main(int argc, char** argv) try {
  auto llm = std::make_shared<LlamaModel>(LlamaModelOptions{
      .model_path = argc > 1 ? argv[1] : "builtin:smollm2-135m",
      .name = "test_model",
      .max_out_tokens = 40,
  });

  std::vector<LlmPersona> personas = LlmPersona::from_json_file("personas.json");
  for (const LlmPersona& persona : personas) std::cout << persona << '\n';

  const std::string context = "An online discussion: should cars be banned from the market square?";
  std::vector<LLMActor> actors;
  for (const LlmPersona& persona : personas)
    actors.push_back({.model = llm,
                      .persona = persona,
                      .context = context,
                      .instructions = "Write as this person would, in one or two sentences."});

  auto turn_manager = std::make_shared<RoundRobin>();
  turn_manager->initialize_names({"Marta71", "Okan"});
  Conversation conversation({.next_turn_manager = turn_manager, .users = actors, .conv_len = 4});
  conversation.begin_conversation();

  const LlmPersona moderator_persona{{"username", "Moderator"},
                                     {"age", 41},
                                     {"current_employment", "Moderator"},
                                     {"personality_characteristics", JsonArray{"calm", "just"}}};
  const LLMActor moderator{.model = llm,
                           .persona = moderator_persona,
                           .context = context,
                           .instructions = "You are the moderator. Ask for facts where they lack."};
  Conversation moderated({.users = actors, .moderator = moderator, .conv_len = 2});
  moderated.begin_conversation();
  const std::filesystem::path output = argc > 2 ? argv[2] : "output";
  std::cout << "saved as " << moderated.save(output).string() << "\n\n";

  const LLMActor judge{.model = llm,
                       .name = "Judge",
                       .instructions = "How polite is the comment, from 1 (rude) to 5 (polite)?",
                       .actor_type = ActorType::kAnnotator};
  Annotation annotation({.annotator = judge, .answer = IntegerRange{1, 5}}, moderated);
  annotation.begin_job();
} catch (const std::exception& error) {
  std::cerr << report(error);
  return 1;
}
