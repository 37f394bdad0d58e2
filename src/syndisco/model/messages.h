#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "syndisco/model/model.h"

namespace syndisco {

/// "system", "user" or "assistant": the name that chat templates and servers know.
std::string_view message_role(Message::From from);

/// The same chat for a model that knows no system message: its text is put before the first user
/// message, a blank line between them, or becomes a user message where the next is none.
std::vector<Message> without_system(std::span<const Message> messages);

}  // namespace syndisco
