#pragma once

#include <condition_variable>
#include <mutex>
#include <string>

#include "syndisco/model/model.h"

namespace syndisco::api {

/// A model of one's own with one method to implement, as in the tutorials. Who needs more (chats of
/// several messages, token counts, cancelling) derives from Model itself.
///
///     struct Echo : BaseModel {
///       Echo() : BaseModel("echo") {}
///       std::string generate_response(const std::string&, const std::string& user) override {
///         return user.substr(0, 20);
///       }
///     };
///
/// Stop strings and removed strings of the actor are taken care of; how long answers are is up to
/// the implementation. An answer that a constraint does not allow is asked for again.
class BaseModel : public Model {
 public:
  /// `name` is what transcripts show; models of one program have different ones. `sampling` is of
  /// actors that bring none. `parallel`: how many threads may be in `generate_response` at once.
  explicit BaseModel(std::string name, Sampling sampling = {}, std::size_t parallel = 1);

  const ModelInfo& info() const override { return info_; }

 protected:
  /// The answer to a system prompt ("" where there is none) and what the user says. Throws
  /// ModelError, retryable where asking again may help; everything else that it throws ends the
  /// discussion. Not interrupted: `stop` is looked at before.
  virtual std::string generate_response(const std::string& system, const std::string& user) = 0;

  Answer do_ask(const Request& request, std::stop_token stop) final;

 private:
  ModelInfo info_;
  std::mutex mutex_;
  std::condition_variable_any left_;
  std::size_t inside_ = 0;
};

}  // namespace syndisco::api
