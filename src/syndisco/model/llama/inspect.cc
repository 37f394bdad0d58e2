#include "syndisco/model/llama/inspect.h"

#include <llama.h>

#include <array>

#include "syndisco/base/error.h"
#include "syndisco/model/cache_files.h"
#include "syndisco/model/llama/backend.h"
#include "syndisco/model/llama/chat_template.h"
#include "syndisco/model/llama/handles.h"
#include "syndisco/model/llama/memory.h"
#include "syndisco/model/llama/model_file.h"
#include "syndisco/model/llama/vocabulary.h"

namespace syndisco {
namespace {

std::string metadata(const llama_model* model, const char* key) {
  std::array<char, 256> text{};
  return llama_model_meta_val_str(model, key, text.data(), text.size()) < 0 ? "" : text.data();
}

void read_template(const llama_model* model, ModelShape& shape) {
  const char* own = llama_model_chat_template(model, nullptr);
  if (own != nullptr) shape.chat_template = own;
  const llama_vocab* vocab = llama_model_get_vocab(model);
  const auto text_of = [&](llama_token token) {
    const char* text = token < 0 ? nullptr : llama_vocab_get_text(vocab, token);
    return std::string(text == nullptr ? "" : text);
  };
  try {
    const ChatTemplate parsed(
        shape.chat_template.empty() ? default_chat_template() : shape.chat_template,
        {.bos = text_of(llama_vocab_bos(vocab)),
         .eos = text_of(llama_vocab_eos(vocab)),
         .date = "2026-01-01"});
    shape.system_role = parsed.has_system_role();
  } catch (const TemplateError& error) {
    shape.template_problem = error.what();
  }
}

}  // namespace

ModelShape inspect_model(const std::filesystem::path& path) {
  start_llama_backend();
  check_model_file(path);
  const ErrorLines errors;
  const LlamaModelHandle handle = load_without_weights(path, 0);
  if (handle == nullptr)
    throw EnvironmentError(
        "cannot read the model file " + shown(path) +
            (errors.reason().empty() ? "" : ": " + errors.reason()),
        "the file may be damaged, or of a kind that this llama.cpp does not know");
  const llama_model* model = handle.get();
  const llama_vocab* vocab = llama_model_get_vocab(model);
  ModelShape shape;
  shape.name = metadata(model, "general.name");
  shape.architecture = metadata(model, "general.architecture");
  shape.encoding = llama_ftype_name(llama_model_ftype(model));
  shape.parameters = llama_model_n_params(model);
  shape.layers = llama_model_n_layer(model);
  shape.heads = llama_model_n_head(model);
  shape.kv_heads = llama_model_n_head_kv(model);
  shape.embedding = llama_model_n_embd(model);
  shape.vocabulary = llama_vocab_n_tokens(vocab);
  shape.trained_context = llama_model_n_ctx_train(model);
  shape.weights_bytes = llama_model_size(model);
  shape.sliding_window = llama_model_n_swa(model);
  shape.recurrent = llama_model_is_recurrent(model) || llama_model_is_hybrid(model);
  shape.chats = llama_model_has_decoder(model) && !llama_model_has_encoder(model) &&
                llama_vocab_type(vocab) != LLAMA_VOCAB_TYPE_NONE;
  if (!shape.chats) return shape;
  shape.kv_bytes_per_token = kv_bytes_per_token(path, attentions_to_try(false, -1).front());
  read_template(model, shape);
  return shape;
}

}  // namespace syndisco
