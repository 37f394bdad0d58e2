#include "syndisco/record/script.h"

#include <array>
#include <set>
#include <string>

#include "syndisco/base/printable.h"

namespace syndisco {
namespace {

const std::array<std::string, 7> kKeys = {"replies",   "by_role", "name",   "delay_ms",
                                          "fail_rate", "fail_at", "context"};
const std::array<std::string, 4> kRoles = {"user", "facilitator", "moderator", "annotator"};

/// One value of the script and where it stands.
struct Item {
  const Json& value;
  Place place;
  std::string name;  ///< as messages call it

  Item member(const Json& inner, std::string_view key) const {
    Item result{inner, place, std::string(key)};
    // Line and column are those of the whole script.
    result.place.line = 0;
    result.place.column = 0;
    result.place.pointer = pointer_join(place.pointer, key);
    return result;
  }

  [[noreturn]] void reject(const std::string& message, std::string hint = {}) const {
    throw InputError(message, place, std::move(hint));
  }

  void expect(bool right, std::string_view wanted) const {
    if (!right)
      reject(name + " is " + std::string(value.kind()) + ", but should be " + std::string(wanted));
  }
};

void check_known(const Item& item, std::string_view key, std::span<const std::string> known) {
  for (const std::string& word : known)
    if (key == word) return;
  const std::string near = nearest_word(key, known);
  std::string all;
  for (const std::string& word : known) all += (all.empty() ? "" : ", ") + word;
  item.reject("unknown key '" + printable_line(key) + "' in " + item.name,
              near.empty() ? "known are " + all : "did you mean '" + near + "'?");
}

void check_texts(const Item& item) {
  item.expect(item.value.is_array(), "a list of texts");
  if (item.value.array().empty()) item.reject(item.name + " is empty", "give at least one reply");
  for (std::size_t i = 0; i < item.value.array().size(); ++i) {
    const Item reply = item.member(item.value.array()[i], std::to_string(i));
    if (!reply.value.is_string())
      reply.reject("a reply is " + std::string(reply.value.kind()) + ", but should be a text");
  }
}

void check_roles(const Item& item) {
  item.expect(item.value.is_object(), "a mapping of roles to lists of texts");
  if (item.value.object().empty())
    item.reject(item.name + " is empty", "give the replies of at least one role");
  for (const auto& [role, replies] : item.value.object()) {
    check_known(item, role, kRoles);
    check_texts(item.member(replies, role));
  }
  if (item.value.find("facilitator") != nullptr && item.value.find("moderator") != nullptr)
    item.reject("facilitator and moderator are the same role", "keep one of them");
}

void check_delay(const Item& item) {
  const auto is_time = [](const Json& value) {
    // A day is far beyond any use, and keeps sums of delays representable.
    return value.is_number() && value.number() >= 0 && value.number() <= 86'400'000;
  };
  if (is_time(item.value)) return;
  const bool pair = item.value.is_array() && item.value.array().size() == 2 &&
                    is_time(item.value.array()[0]) && is_time(item.value.array()[1]) &&
                    item.value.array()[0].number() <= item.value.array()[1].number();
  if (!pair)
    item.reject(
        "delay_ms should be a number of milliseconds, at least 0, or a list of the lowest "
        "and the highest");
}

void check_calls(const Item& item) {
  item.expect(item.value.is_array(), "a list of call numbers");
  for (const Json& call : item.value.array())
    if (!call.is_integer() || call.integer() < 1)
      item.reject("fail_at should hold whole numbers from 1");
}

}  // namespace

void check_script(const Json& script, const Place& place) {
  const Item top{script, place, "the script"};
  top.expect(script.is_object(), "a mapping with replies or by_role");
  for (const auto& [key, value] : script.object()) {
    check_known(top, key, kKeys);
    const Item item = top.member(value, key);
    if (key == "replies") check_texts(item);
    if (key == "by_role") check_roles(item);
    if (key == "delay_ms") check_delay(item);
    if (key == "fail_at") check_calls(item);
    if (key == "name" && (!value.is_string() || value.string().empty()))
      item.reject("name should be a text that is not empty");
    if (key == "fail_rate" && (!value.is_number() || value.number() < 0 || value.number() > 1))
      item.reject("fail_rate should be a number from 0 to 1");
    if (key == "context" &&
        (!value.is_integer() || value.integer() < 1 || value.integer() > 1'000'000'000))
      item.reject("context should be a whole number of words, at least 1");
  }
  const bool replies = script.find("replies") != nullptr;
  if (replies == (script.find("by_role") != nullptr))
    top.reject(replies ? "the script has both replies and by_role"
                       : "the script has neither replies nor by_role",
               replies ? "keep one of them" : R"(write {"replies": ["a text", "another"]})");
}

}  // namespace syndisco
