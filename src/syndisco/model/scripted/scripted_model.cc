#include "syndisco/model/scripted/scripted_model.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "syndisco/base/random.h"
#include "syndisco/base/wait.h"
#include "syndisco/record/script.h"

namespace syndisco {
namespace {

using Replies = std::vector<std::string>;

Replies texts_of(const Json& list) {
  Replies texts;
  for (const Json& text : list.array()) texts.push_back(text.string());
  return texts;
}

int count_words(std::string_view text) {
  int words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank && !inside) ++words;
    inside = !blank;
  }
  return words;
}

std::uint64_t seed_of(const RequestTag& tag, std::string_view purpose) {
  return stream_seed({.purpose = purpose,
                      .scope = tag.job,
                      .step = tag.step,
                      .actor = tag.actor,
                      .attempt = tag.attempt});
}

class ScriptedModel final : public Model {
 public:
  ScriptedModel(const std::string& name, const Json& script) {
    check_script(script);
    info_.name = name;
    // Nothing waits for anything: as many requests as somebody has threads for.
    info_.parallel = 64;
    info_.details.set("scripted", true);
    if (const Json* value = script.find("name")) info_.name = value->string();
    if (const Json* value = script.find("replies")) replies_ = texts_of(*value);
    if (const Json* roles = script.find("by_role")) {
      for (const auto& [role, list] : roles->object()) {
        const Role key = role == "user"        ? Role::kUser
                         : role == "annotator" ? Role::kAnnotator
                                               : Role::kFacilitator;
        by_role_[static_cast<std::size_t>(key)] = texts_of(list);
      }
    }
    if (const Json* value = script.find("delay_ms")) {
      lowest_delay_ = (value->is_array() ? value->array()[0] : *value).number();
      highest_delay_ = (value->is_array() ? value->array()[1] : *value).number();
    }
    if (const Json* value = script.find("fail_rate")) fail_rate_ = value->number();
    if (const Json* value = script.find("fail_at"))
      for (const Json& call : value->array())
        fail_at_.push_back(static_cast<std::uint64_t>(call.integer()));
    if (const Json* value = script.find("context"))
      info_.context = static_cast<int>(value->integer());
  }

  const ModelInfo& info() const override { return info_; }

 protected:
  Answer do_ask(const Request& request, std::stop_token stop) override {
    const RequestTag& tag = request.tag;
    Answer answer;
    for (const Message& message : request.messages)
      answer.prompt_tokens += count_words(message.text);
    if (info_.context > 0 && answer.prompt_tokens > info_.context)
      throw PromptTooLong(answer.prompt_tokens, info_.context);

    wait(tag, stop);
    if (std::find(fail_at_.begin(), fail_at_.end(), tag.call + 1) != fail_at_.end())
      throw ModelError("the script lets call " + std::to_string(tag.call + 1) + " fail", false);
    if (Random(seed_of(tag, "scripted failure")).uniform() < fail_rate_)
      throw ModelError("the script lets a share of the calls fail, and this is one", true);

    answer.text = reply_to(tag);
    answer.generated_tokens = count_words(answer.text);
    return answer;
  }

 private:
  const std::string& reply_to(const RequestTag& tag) const {
    if (!replies_.empty()) return replies_[tag.call % replies_.size()];
    const Replies& replies = by_role_[static_cast<std::size_t>(tag.role)];
    if (replies.empty())
      throw ModelError("the script of " + info_.name + " has no replies for the role " +
                           std::string(role_name(tag.role)),
                       false);
    return replies[tag.role_call % replies.size()];
  }

  void wait(const RequestTag& tag, const std::stop_token& stop) const {
    if (stop.stop_requested()) throw Cancelled();
    if (highest_delay_ <= 0) return;
    const double share = Random(seed_of(tag, "scripted delay")).uniform();
    const double milliseconds = lowest_delay_ + share * (highest_delay_ - lowest_delay_);
    if (!wait_seconds(milliseconds / 1000, stop)) throw Cancelled();
  }

  ModelInfo info_;
  Replies replies_;
  std::array<Replies, 3> by_role_;
  double lowest_delay_ = 0;
  double highest_delay_ = 0;
  double fail_rate_ = 0;
  std::vector<std::uint64_t> fail_at_;
};

}  // namespace

std::unique_ptr<Model> make_scripted_model(const std::string& name, const Json& script) {
  return std::make_unique<ScriptedModel>(name, script);
}

}  // namespace syndisco
