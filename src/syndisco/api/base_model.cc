#include "syndisco/api/base_model.h"

#include <algorithm>

namespace syndisco::api {

BaseModel::BaseModel(std::string name, Sampling sampling, std::size_t parallel) {
  if (name.empty()) throw InputError("a model needs a name", {}, "transcripts show it");
  info_.name = std::move(name);
  info_.sampling = std::move(sampling);
  info_.parallel = std::max<std::size_t>(parallel, 1);
}

Answer BaseModel::do_ask(const Request& request, std::stop_token stop) {
  std::string system;
  std::string user;
  for (const Message& message : request.messages) {
    std::string& text = message.from == Message::From::kSystem ? system : user;
    if (!text.empty()) text += "\n\n";
    text += message.text;
  }

  std::unique_lock lock(mutex_);
  if (!left_.wait(lock, stop, [&] { return inside_ < info_.parallel; })) throw Cancelled();
  if (stop.stop_requested()) {
    // The place that was free is free still, and this thread may have taken the only word of it.
    left_.notify_one();
    throw Cancelled();
  }
  ++inside_;
  lock.unlock();
  const auto leave = [&] {
    const std::lock_guard held(mutex_);
    --inside_;
    left_.notify_one();
  };
  std::string said;
  try {
    said = generate_response(system, user);
  } catch (...) {
    leave();
    throw;
  }
  leave();

  std::size_t end = std::string::npos;
  for (const std::string& stop_string : request.sampling.stop)
    end = std::min(end, said.find(stop_string));
  Answer answer;
  answer.text = said.substr(0, end);
  answer.finish = end != std::string::npos ? Finish::kStop : Finish::kEnd;
  return answer;
}

}  // namespace syndisco::api
