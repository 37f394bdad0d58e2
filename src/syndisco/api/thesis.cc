#include "syndisco/api/thesis.h"

#include "syndisco/legacy/output.h"
#include "syndisco/legacy/scripts.h"

namespace syndisco::api {
namespace {

Scripts scripts_of(const ScriptFile& file) {
  return file.has("turn_manager_type") ? Scripts::kSdf : Scripts::kThesis;
}

}  // namespace

LLMConvData::LLMConvData(ScriptFile file, std::string scope)
    : file_(std::move(file)), scope_(std::move(scope)) {
  // Whatever is wrong is told now.
  conversation_job(scripts_of(file_), file_, scope_, "", {});
}

LLMConvData LLMConvData::from_json_file(const std::filesystem::path& path) {
  return {ScriptFile(path), path.stem().string()};
}

LLMConvData LLMConvData::from_dict(Json data) {
  return {ScriptFile(std::move(data), "conversation data"), ""};
}

LLMConvGenerator::LLMConvGenerator(LLMConvData data, std::shared_ptr<Model> user_model,
                                   std::shared_ptr<Model> moderator_model, std::uint64_t seed)
    : data_(std::move(data)),
      user_model_(std::move(user_model)),
      moderator_model_(moderator_model ? std::move(moderator_model) : user_model_),
      seed_(seed) {
  if (user_model_ == nullptr) throw InputError("there is no model for the users");
  if (moderator_model_ != user_model_ && moderator_model_->info().name == user_model_->info().name)
    throw InputError("the users' and the moderator's model have the same name", {},
                     "files tell models by their names; give each its own");
}

Discussion LLMConvGenerator::produce_conversation() const {
  const ModelInfo& info = user_model_->info();
  DiscussionJob job = conversation_job(
      scripts_of(data_.file_), data_.file_, data_.scope_, uuid_of(random_bytes()),
      {.model_name = info.name, .max_tokens = info.sampling.max_tokens, .seed = seed_});
  if (job.facilitator) {
    job.facilitator->model = moderator_model_->info().name;
    job.facilitator->sampling.max_tokens = moderator_model_->info().sampling.max_tokens;
  }
  return Discussion(std::move(job), {user_model_, moderator_model_});
}

}  // namespace syndisco::api
