#include "syndisco/record/script.h"

#include <gtest/gtest.h>

namespace syndisco {
namespace {

struct Complaint {
  std::string message;
  std::string pointer;
  std::string hint;
};

Complaint complaint_about(const std::string& script) {
  try {
    check_script(parse_json(script), {.file = "replies.json", .pointer = "/test"});
  } catch (const InputError& error) {
    EXPECT_EQ(error.place().file, "replies.json");
    return {error.what(), error.place().pointer, error.hint()};
  }
  return {};
}

TEST(CheckScript, TakesEverythingThatIsDescribed) {
  EXPECT_EQ(complaint_about(R"({"replies": ["a", ""], "name": "n", "delay_ms": 5})").message, "");
  EXPECT_EQ(complaint_about(R"({"by_role": {"user": ["a"], "moderator": ["b"], "annotator": ["1"]},
                                "delay_ms": [1, 2.5], "fail_rate": 0.5, "fail_at": [1, 3],
                                "context": 100})")
                .message,
            "");
}

TEST(CheckScript, NamesTheNearestKey) {
  const Complaint complaint = complaint_about(R"({"replys": ["a"]})");
  EXPECT_EQ(complaint.message, "unknown key 'replys' in the script");
  EXPECT_EQ(complaint.hint, "did you mean 'replies'?");
}

TEST(CheckScript, NamesTheNearestRole) {
  const Complaint complaint = complaint_about(R"({"by_role": {"users": ["a"]}})");
  EXPECT_EQ(complaint.pointer, "/test/by_role");
  EXPECT_EQ(complaint.hint, "did you mean 'user'?");
}

TEST(CheckScript, PointsAtTheWrongReply) {
  const Complaint complaint = complaint_about(R"({"by_role": {"user": ["a", 7]}})");
  EXPECT_EQ(complaint.pointer, "/test/by_role/user/1");
  EXPECT_EQ(complaint.message, "a reply is a whole number, but should be a text");
}

TEST(CheckScript, RejectsWhatCannotBeMeant) {
  for (const char* script : {
           R"([])",
           R"({})",
           R"({"replies": []})",
           R"({"replies": "a"})",
           R"({"replies": ["a"], "by_role": {"user": ["a"]}})",
           R"({"by_role": {}})",
           R"({"by_role": ["a"]})",
           R"({"by_role": {"user": []}})",
           R"({"by_role": {"facilitator": ["a"], "moderator": ["a"]}})",
           R"({"replies": ["a"], "delay_ms": -1})",
           R"({"replies": ["a"], "delay_ms": "5"})",
           R"({"replies": ["a"], "delay_ms": [5, 1]})",
           R"({"replies": ["a"], "delay_ms": [5]})",
           R"({"replies": ["a"], "fail_rate": 1.5})",
           R"({"replies": ["a"], "fail_at": [0]})",
           R"({"replies": ["a"], "fail_at": 2})",
           R"({"replies": ["a"], "context": 0})",
           R"({"replies": ["a"], "name": ""})",
       })
    EXPECT_NE(complaint_about(script).message, "") << script;
}

}  // namespace
}  // namespace syndisco
