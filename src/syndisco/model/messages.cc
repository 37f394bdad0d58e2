#include "syndisco/model/messages.h"

namespace syndisco {

std::string_view message_role(Message::From from) {
  switch (from) {
    case Message::From::kSystem:
      return "system";
    case Message::From::kUser:
      return "user";
    case Message::From::kAssistant:
      return "assistant";
  }
  return "user";
}

std::vector<Message> without_system(std::span<const Message> messages) {
  if (messages.empty() || messages.front().from != Message::From::kSystem)
    return {messages.begin(), messages.end()};
  std::vector<Message> merged(messages.begin() + 1, messages.end());
  const std::string& system = messages.front().text;
  if (!merged.empty() && merged.front().from == Message::From::kUser)
    merged.front().text = system + "\n\n" + merged.front().text;
  else
    merged.insert(merged.begin(), {Message::From::kUser, system});
  return merged;
}

}  // namespace syndisco
