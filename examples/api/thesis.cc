// The tutorial of the thesis: completions, a conversation by hand, and one from an input file.
// usage: thesis [MODEL [OUTPUT_DIR]], where conversation.json is
#include <iostream>

#include <syndisco/api/api.h>

using namespace syndisco::api;

int main(int argc, char** argv) try {
  const std::string model_path = argc > 1 ? argv[1] : "builtin:smollm2-135m";
  auto model = std::make_shared<LlamaModel>(LlamaModelOptions{.model_path = model_path,
                                                              .name = "users",
                                                              .max_out_tokens = 32,
                                                              .ctx_width_tokens = 1024,
                                                              .inference_threads = 4,
                                                              .gpu_layers = 12,
                                                              .chat_format = "alpaca"});

  const Answer completed = model->complete("Q: Name the planets. A:",
                                           {.max_tokens = 16, .stop = {"Q:", "\n"}, .echo = true});
  std::cout << completed.text << "\n\n";

  const Answer answered = model->chat({{Message::From::kSystem, "You know computers."},
                                       {Message::From::kUser, "Describe what Linux is."}},
                                      {.max_tokens = 24, .stop = {"###", "\n"}});
  std::cout << answered.text << "\n\n";

  const LlmActor marta{.model = model,
                       .name = "Marta71",
                       .attributes = {"practical", "warm"},
                       .context = "Argue with Okan about cars on the market square.",
                       .role = "chat user"};
  const LlmActor okan{.model = model,
                      .name = "Okan",
                      .attributes = {"quick", "ironic"},
                      .context = "Argue with Marta71 about cars on the market square.",
                      .role = "chat user"};
  const LlmActor moderator{.model = model,
                           .name = "moderator01",
                           .attributes = {"calm", "brief"},
                           .instructions = "Speak only where somebody is rude",
                           .role = "chat moderator"};
  Conversation chat({.users = {marta, okan},
                     .moderator = moderator,
                     .history_context_len = 3,
                     .conv_len = 2,
                     .prompt_style = "g0"});
  chat.begin_conversation();
  std::cout << chat.to_dict().find("user_prompts")->array().front().string() << "\n\n";

  // The same from an input file, with another model for the moderator.
  auto strict = std::make_shared<LlamaModel>(
      LlamaModelOptions{.model_path = model_path, .name = "strict", .max_out_tokens = 24});
  const LLMConvData data = LLMConvData::from_json_file("conversation.json");
  Conversation conversation = LLMConvGenerator(data, model, strict).produce_conversation();
  conversation.begin_conversation();
  conversation.to_json_file(generate_datetime_filename(argc > 2 ? argv[2] : "output"));
} catch (const std::exception& error) {
  std::cerr << report(error);
  return 1;
}
