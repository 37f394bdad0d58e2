#include "syndisco/model/llama/loaded_model.h"

#include <llama.h>

#include <array>

#include "syndisco/base/error.h"
#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"
#include "syndisco/model/cache_files.h"
#include "syndisco/model/llama/backend.h"
#include "syndisco/model/llama/model_file.h"

namespace syndisco {

LoadedModel::LoadedModel(const ModelSpec& spec, const Weights& weights, const std::string& date)
    : on_gpu_(computes_on_gpu(spec.gpu_layers)) {
  start_llama_backend();
  check_model_file(weights.path);
  const ErrorLines errors;
  model_ = load_weights(weights.path, spec.gpu_layers);
  const std::string reason = errors.reason().empty() ? "" : ": " + errors.reason();
  if (model_ == nullptr)
    throw EnvironmentError(
        "cannot load the model file " + shown(weights.path) + reason,
        "the file may be damaged, of a kind that this llama.cpp does not know, or too "
        "big for the memory");
  if (!llama_model_has_decoder(model_.get()) || llama_model_has_encoder(model_.get()) ||
      llama_vocab_type(llama_model_get_vocab(model_.get())) == LLAMA_VOCAB_TYPE_NONE)
    throw EnvironmentError("the model " + shown(weights.path) + " is not one that chats",
                           "take an instruction-tuned text model");

  vocabulary_ = std::make_unique<Vocabulary>(llama_model_get_vocab(model_.get()));
  read_template(spec, date);
}

LoadedModel::~LoadedModel() = default;

void LoadedModel::read_template(const ModelSpec& spec, const std::string& date) {
  const llama_vocab* vocab = vocabulary_->get();
  const auto text_of = [&](Token token) {
    return token < 0 ? std::string() : vocabulary_->piece(token, true);
  };
  const ChatTemplateOptions options{
      .bos = text_of(llama_vocab_bos(vocab)), .eos = text_of(llama_vocab_eos(vocab)), .date = date};
  const char* own = llama_model_chat_template(model_.get(), nullptr);
  std::string source = !spec.chat_template.empty() ? spec.chat_template : own != nullptr ? own : "";
  if (source.empty()) {
    log::warning("", "the model " + spec.name +
                         " has no chat template, so a plain one is taken (chatml); `chat_template` "
                         "sets another");
    source = default_chat_template();
  }
  try {
    template_ = std::make_unique<ChatTemplate>(source, options);
  } catch (const TemplateError& error) {
    const std::string reason = printable_line(error.what());
    if (!spec.chat_template.empty())
      throw InputError("the chat_template of the model " + spec.name + " does not work: " + reason);
    throw EnvironmentError(
        "the chat template inside the model " + spec.name + " does not work: " + reason,
        "`chat_template` gives the model another one");
  }
}

int LoadedModel::trained_context() const {
  return llama_model_n_ctx_train(model_.get());
}

std::uint64_t LoadedModel::parameters() const {
  return llama_model_n_params(model_.get());
}

std::string LoadedModel::description() const {
  std::array<char, 128> text{};
  llama_model_desc(model_.get(), text.data(), text.size());
  return text.data();
}

}  // namespace syndisco
