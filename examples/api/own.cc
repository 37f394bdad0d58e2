// A model and a turn manager of one's own, no language model needed.
// usage: own
#include <iostream>

#include <syndisco/api/api.h>

using namespace syndisco::api;

/// Asks about the last word that was said.
class Curious : public BaseModel {
 public:
  Curious() : BaseModel("curious") {}

 protected:
  std::string generate_response(const std::string&, const std::string& user) override {
    const std::size_t end = user.find("?\n");
    if (end == std::string::npos) return "Shall we talk about the weather?";
    const std::size_t begin = user.rfind(' ', end) + 1;
    return "What do you mean by " + user.substr(begin, end - begin) + "?";
  }
};

/// The first of the users is the host, who speaks between any two others.
class Hosted : public TurnManager {
 public:
  std::size_t next(std::size_t participants, std::span<const std::size_t> spoken,
                   Draws& draws) const override {
    const bool host = spoken.empty() || spoken.back() != 0;
    return host || participants == 1 ? 0 : 1 + draws.below(participants - 1);
  }
};

int main() try {
  auto model = std::make_shared<Curious>();
  std::vector<Actor> users;
  for (const char* name : {"Host", "Ann", "Ben"}) users.push_back({.model = model, .name = name});

  Discussion discussion(
      {.next_turn_manager = std::make_shared<Hosted>(), .users = users, .conv_len = 4});
  for (const Turn& turn : discussion) std::cout << turn.name << ": " << turn.text << '\n';
} catch (const std::exception& error) {
  std::cerr << report(error);
  return 1;
}
