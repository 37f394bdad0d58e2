#include "syndisco/api/base_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "unit/api/talkers.h"

namespace syndisco::api::testing {
namespace {

using ::testing::ElementsAre;

Request request_of(std::vector<Message> messages) {
  Request request;
  request.messages = std::move(messages);
  return request;
}

TEST(BaseModel, IsGivenSystemAndUserText) {
  Counting model;
  model.ask(request_of({{Message::From::kSystem, "Be brief."}, {Message::From::kUser, "Why?"}}));
  model.ask(request_of({{Message::From::kUser, "And?"}}));
  EXPECT_THAT(model.systems, ElementsAre("Be brief.", ""));
  EXPECT_THAT(model.users, ElementsAre("Why?", "And?"));
}

TEST(BaseModel, EndsBeforeTheFirstStopString) {
  Counting model("m", [] { return std::string("  one two three"); });
  Request request = request_of({{Message::From::kUser, "?"}});
  request.sampling.stop = {"three", " two"};
  const Answer answer = model.ask(request);
  EXPECT_EQ(answer.text, "  one");
  EXPECT_EQ(answer.finish, Finish::kStop);
}

TEST(BaseModel, MayNotAnswerWhatIsNotAllowed) {
  Counting model("m", [] { return std::string("maybe"); });
  Request request = request_of({{Message::From::kUser, "?"}});
  request.constraint = Choice{{"yes", "no"}};
  EXPECT_THROW(model.ask(request), ModelError);
}

TEST(BaseModel, NeedsAName) {
  EXPECT_THROW(Counting(""), InputError);
}

/// Notes how many threads were inside at once.
class Crowded : public BaseModel {
 public:
  explicit Crowded(std::size_t parallel) : BaseModel("crowded", {}, parallel) {}
  std::atomic<std::size_t> inside{0}, most{0};

 protected:
  std::string generate_response(const std::string&, const std::string&) override {
    const std::size_t now = ++inside;
    for (std::size_t seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    std::this_thread::yield();
    --inside;
    return "ok";
  }
};

void ask_from_eight_threads(Model& model) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n) model.ask(request_of({{Message::From::kUser, "?"}}));
    });
}

TEST(BaseModel, IsEnteredByOneThreadUnlessItSaysMore) {
  Crowded model(1);
  ask_from_eight_threads(model);
  EXPECT_EQ(model.most, 1U);
}

TEST(BaseModel, IsNeverEnteredByMoreThreadsThanItSays) {
  Crowded model(2);
  ask_from_eight_threads(model);
  EXPECT_LE(model.most, 2U);
}

TEST(BaseModel, IsNotAskedAfterAStop) {
  Counting model;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(model.ask(request_of({{Message::From::kUser, "?"}}), stop.get_token()), Cancelled);
  EXPECT_TRUE(model.users.empty());
}

TEST(BaseModel, CanBeAskedAgainAfterItThrew) {
  int calls = 0;
  Counting model("m", [&]() -> std::string {
    if (++calls == 1) throw ModelError("not now", true);
    return "ok";
  });
  EXPECT_THROW(model.ask(request_of({{Message::From::kUser, "?"}})), ModelError);
  EXPECT_EQ(model.ask(request_of({{Message::From::kUser, "?"}})).text, "ok");
}

}  // namespace
}  // namespace syndisco::api::testing
