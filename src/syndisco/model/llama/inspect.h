#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace syndisco {

/// What a model file says of itself.
struct ModelShape {
  std::string name;          ///< as its maker calls it; ""
  std::string architecture;  ///< such as "llama"
  std::string encoding;      ///< of most weights, such as "Q4_1"
  std::uint64_t parameters = 0;
  int layers = 0;
  int heads = 0;
  int kv_heads = 0;    ///< of the first layer
  int embedding = 0;   ///< numbers
  int vocabulary = 0;  ///< tokens
  int trained_context = 0;

  std::uint64_t weights_bytes = 0;
  std::uint64_t kv_bytes_per_token = 0;  ///< with the attention that is the best guess here; 0: a
                                         ///< state of fixed size
  int sliding_window = 0;                ///< tokens that some layers see; 0: all see all
  bool recurrent = false;                ///< keeps a state instead of all tokens, at least in part
  bool chats = true;                     ///< false: no text model that answers

  std::string chat_template;     ///< Jinja; "" where it has none, and a plain one is taken
  bool system_role = false;      ///< false: system prompts go into the first message
  std::string template_problem;  ///< why the template cannot be used; ""
};

/// Reads the file's head and vocabulary, not the weights (some tenths of a second). Throws
/// EnvironmentError where the file is no model, or of a kind that is not known.
ModelShape inspect_model(const std::filesystem::path& path);

}  // namespace syndisco
