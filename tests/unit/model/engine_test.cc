#include "syndisco/model/llama/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <thread>

#include "syndisco/base/cache.h"
#include "syndisco/base/error.h"
#include "syndisco/model/llama/llama_model.h"
#include "syndisco/model/llama/memory.h"
#include "syndisco/model/llama/weights.h"

namespace syndisco {
namespace {

using namespace std::chrono_literals;

/// The embedded model in an encoding whose logits do not depend on the batch.
class EngineTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ModelSpec spec;
    spec.name = "m";
    spec.gguf = "builtin:smollm2-135m";
    spec.weights = "Q8_0";
    if (!std::filesystem::exists(cache_directory() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf"))
      return;
    const Weights weights = find_weights(spec, {.threads = 1, .reproducible = true});
    path_ = weights.path;
    attention_ = weights.attention;
    model_ = new LoadedModel(spec, weights, "2026-01-01");
  }
  static void TearDownTestSuite() {
    delete model_;
    model_ = nullptr;
  }
  void SetUp() override {
    if (model_ == nullptr) GTEST_SKIP() << "the embedded model is not in the cache";
  }

  static EngineOptions options(int sequences) {
    EngineOptions options;
    options.sequences = sequences;
    options.context = 2048;
    options.expected = 256;
    options.attention = attention_;
    options.bytes_per_token = kv_bytes_per_token(path_, attention_);
    options.prefixes = 64 << 20;
    return options;
  }

  static Generation question(const std::string& persona, const std::string& text,
                             int max_tokens = 8, std::uint64_t seed = 1) {
    Generation wanted;
    const auto tokens = [&](const std::string& user) {
      const std::vector<Message> messages = {
          {Message::From::kSystem,
           "You take part in a discussion about cars in cities. " + persona},
          {Message::From::kUser, user}};
      return model_->vocabulary().tokenize_prompt(model_->chat_template().render(messages, true));
    };
    wanted.prompt = tokens(text);
    const auto other = tokens("0");
    wanted.lasting = static_cast<std::size_t>(std::ranges::mismatch(wanted.prompt, other).in1 -
                                              wanted.prompt.begin());
    wanted.sampling.max_tokens = max_tokens;
    wanted.endless = true;
    wanted.seed = seed;
    wanted.job = "job";
    wanted.again = 1;
    return wanted;
  }

  /// Draws to the end of a real answer, so that there is a text to compare.
  static Generation spoken(std::uint64_t seed, int max_tokens = 12) {
    Generation wanted = question("You are Ann " + std::to_string(seed % 3) + ".",
                                 "What do you think? " + std::to_string(seed), max_tokens, seed);
    wanted.endless = false;
    return wanted;
  }

  static inline LoadedModel* model_ = nullptr;
  static inline std::filesystem::path path_;
  static inline Attention attention_ = Attention::kPlain;
};

TEST_F(EngineTest, CountsPromptReusedAndGeneratedTokens) {
  Engine engine(*model_, options(2));
  const Generation wanted = question("You are Ann.", "What do you think?");
  const Answer first = engine.answer(wanted, {});
  EXPECT_EQ(first.prompt_tokens, static_cast<int>(wanted.prompt.size()));
  EXPECT_EQ(first.reused_tokens, 0);
  EXPECT_EQ(first.generated_tokens, 8);
  EXPECT_GT(engine.busy_seconds(), 0);
}

TEST_F(EngineTest, ReusesAPersonaAndWhatAllPersonasShare) {
  Engine engine(*model_, options(2));
  const Generation ann = question("You are Ann, a nurse from a small town.", "What do you think?");
  const Generation bob = question("You are Bob and drive a lorry by night.", "What do you think?");
  engine.answer(ann, {});
  const auto trunk = static_cast<std::size_t>(std::ranges::mismatch(ann.prompt, bob.prompt).in1 -
                                              ann.prompt.begin());
  EXPECT_EQ(engine.answer(bob, {}).reused_tokens, static_cast<int>(trunk));
  const Generation later =
      question("You are Ann, a nurse from a small town.", "And now, after all this?");
  EXPECT_GE(engine.answer(later, {}).reused_tokens, static_cast<int>(ann.lasting));
}

TEST_F(EngineTest, GoesOnWhereAPersonaLeftAHistoryThatGrows) {
  const auto said = [](const std::string& persona, int comments, bool grows) {
    std::string history;
    for (int i = 0; i < comments; ++i)
      history += "User " + std::to_string(i) + " posted: I have lived in " + std::to_string(i) +
                 " cities, and none of them was made for cars.\n";
    Generation wanted = question("You are " + persona + ".", history);
    wanted.grows = grows;
    return wanted;
  };
  // Bob in between, so that nothing is left of Ann in the context.
  const auto second_answer = [&](bool grows) {
    Engine engine(*model_, options(1));
    engine.answer(said("Ann", 4, grows), {});
    engine.answer(said("Bob", 5, false), {});
    return engine.answer(said("Ann", 6, false), {});
  };
  const int length = static_cast<int>(said("Ann", 4, false).prompt.size());
  const Answer anew = second_answer(false);
  const Answer gone_on = second_answer(true);
  EXPECT_LT(anew.reused_tokens, length / 2);
  EXPECT_GT(gone_on.reused_tokens, length - 10);
  EXPECT_EQ(gone_on.text, anew.text);
}

TEST_F(EngineTest, ReusesWhatAPersonaIsAlwaysAskedAtFirst) {
  ModelSpec spec;
  spec.gguf = path_.string();
  spec.weights = "as_is";
  LlamaOptions one_at_a_time;
  one_at_a_time.parallel = 1;
  const std::unique_ptr<Model> model = load_llama_model(spec, one_at_a_time);
  const std::string always = "Rate the last comment of this discussion about cars in cities.";
  const auto reused = [&](const std::string& persona, const std::string& comment) {
    Request request;
    request.messages = {{Message::From::kSystem, "You are " + persona + "."},
                        {Message::From::kUser, always + "\n\n" + comment}};
    request.constraint = IntegerRange{1, 5};
    return model->ask(request).reused_tokens;
  };
  // Others in between, so that nothing is left of the persona in the context.
  reused("Ann", "I like them.");
  reused("Bob", "Parking is a problem.");
  const int system_message = reused("Ann", "Trams are better.");
  reused("Bob", "Are they?");
  EXPECT_GT(reused("Ann", "Nobody asked us."), system_message + 10);
}

TEST_F(EngineTest, ComputesATrunkOnceForManyWhoAskTogether) {
  Engine engine(*model_, options(8));
  std::vector<std::future<Answer>> answers;
  const std::string person = "You are somebody with a long name and number ";
  for (int i = 0; i < 8; ++i)
    answers.push_back(std::async(std::launch::async, [&, i] {
      return engine.answer(question(person + std::to_string(i) + ".", "Go on."), {});
    }));
  int fresh = 0;
  for (auto& answer : answers) fresh += answer.get().reused_tokens < 15 ? 1 : 0;
  EXPECT_EQ(fresh, 1);
}

TEST_F(EngineTest, AnswersTheSameAloneAndTogether) {
  std::vector<std::string> alone;
  {
    Engine engine(*model_, options(1));
    for (std::uint64_t seed = 0; seed < 8; ++seed)
      alone.push_back(engine.answer(spoken(seed), {}).text);
  }
  for (const int sequences : {3, 8}) {
    Engine engine(*model_, options(sequences));
    std::vector<std::future<Answer>> answers;
    for (std::uint64_t seed = 0; seed < 8; ++seed)
      answers.push_back(
          std::async(std::launch::async, [&, seed] { return engine.answer(spoken(seed), {}); }));
    for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(answers[i].get().text, alone[i]) << i;
  }
}

TEST_F(EngineTest, ReusesWholeStatesWhereMemoryCannotBeCut) {
  const Generation ann = question("You are Ann, a nurse from a small town.", "What do you think?");
  const Generation later =
      question("You are Ann, a nurse from a small town.", "And now, after all this?");
  const Generation bob = question("You are Bob and drive a lorry by night.", "What do you think?");
  EngineOptions uncut = options(1);
  uncut.never_cut = true;
  Engine engine(*model_, uncut);
  engine.answer(ann, {});
  EXPECT_EQ(engine.answer(bob, {}).reused_tokens, 0);
  EXPECT_EQ(engine.answer(later, {}).reused_tokens, static_cast<int>(ann.lasting));
  const Answer expected = Engine(*model_, options(1)).answer(spoken(1), {});
  engine.answer(spoken(4), {});
  EXPECT_EQ(engine.answer(spoken(1), {}).text, expected.text);
}

TEST_F(EngineTest, MakesRoomForLongerRequests) {
  std::string text;
  for (int i = 0; i < 140; ++i) text += "word " + std::to_string(i) + " ";
  Generation wanted = question("You are Ann.", text);
  wanted.endless = false;
  ASSERT_GT(wanted.prompt.size(), 512U);
  EngineOptions roomy = options(2);
  roomy.expected = 1024;
  const Answer expected = Engine(*model_, roomy).answer(wanted, {});
  Engine engine(*model_, options(2));
  std::vector<std::future<Answer>> others;
  for (std::uint64_t seed = 0; seed < 4; ++seed)
    others.push_back(
        std::async(std::launch::async, [&, seed] { return engine.answer(spoken(seed), {}); }));
  EXPECT_EQ(engine.answer(wanted, {}).text, expected.text);
  for (auto& other : others) EXPECT_FALSE(other.get().text.empty());
}

TEST_F(EngineTest, ComputesFewerTogetherWhereMemoryIsShort) {
  EngineOptions tight = options(8);
  tight.memory = tight.bytes_per_token * 512;
  Engine engine(*model_, tight);
  std::vector<std::future<Answer>> answers;
  for (std::uint64_t seed = 0; seed < 6; ++seed)
    answers.push_back(
        std::async(std::launch::async, [&, seed] { return engine.answer(spoken(seed), {}); }));
  for (auto& answer : answers) EXPECT_FALSE(answer.get().text.empty());
}

TEST_F(EngineTest, StepsEndWithABlockOfKeysUnlessAttentionIsFused) {
  DecoderSignals signals;
  const std::vector<Token> tokens(100, 1);
  for (const Attention attention : {Attention::kFused, Attention::kPlain, Attention::kWideKeys}) {
    Decoder decoder(*model_, context_options(1, 600, attention), 1, signals);
    const bool fused = attention == Attention::kFused;
    EXPECT_EQ(decoder.next_step(0), fused ? 512 : 256);
    decoder.extend(0, tokens);
    EXPECT_EQ(decoder.next_step(0), fused ? 512 : 156);
  }
}

TEST_F(EngineTest, LetsNobodyStarve) {
  Engine engine(*model_, options(4));
  std::atomic<bool> done = false;
  std::vector<std::jthread> crowd;
  for (int i = 0; i < 8; ++i)
    crowd.emplace_back([&, i] {
      for (std::uint64_t n = 0; !done; ++n)
        engine.answer(question("You are Ann.", "Next " + std::to_string(i) + std::to_string(n), 1),
                      {});
    });
  EXPECT_EQ(engine.answer(question("You are Bob.", "A long one.", 12), {}).generated_tokens, 12);
  done = true;
}

TEST_F(EngineTest, ServesAThousandWhoWait) {
  Engine engine(*model_, options(16));
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 1000; ++i)
      threads.emplace_back([&, i] {
        Generation wanted;
        wanted.prompt = {1, 100 + i % 7};
        wanted.sampling.max_tokens = 1;
        wanted.endless = true;
        engine.answer(std::move(wanted), {});
        ++answered;
      });
  }
  EXPECT_EQ(answered, 1000);
}

// ---- cancellation

TEST_F(EngineTest, CancellingOneLeavesTheOthersAlone) {
  std::vector<std::string> expected;
  {
    Engine engine(*model_, options(1));
    for (std::uint64_t seed = 0; seed < 4; ++seed)
      expected.push_back(engine.answer(spoken(seed, 24), {}).text);
  }
  for (int round = 0; round < 3; ++round) {
    Engine engine(*model_, options(5));
    std::stop_source stop;
    std::jthread unwanted([&] {
      EXPECT_THROW(engine.answer(question("You are Eve.", "On and on.", 1500), stop.get_token()),
                   Cancelled);
    });
    std::vector<std::future<Answer>> answers;
    for (std::uint64_t seed = 0; seed < 4; ++seed)
      answers.push_back(std::async(std::launch::async,
                                   [&, seed] { return engine.answer(spoken(seed, 24), {}); }));
    std::this_thread::sleep_for(round * 60ms);
    stop.request_stop();
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(answers[i].get().text, expected[i]) << i;
  }
}

TEST_F(EngineTest, CancelsWhoeverWaits) {
  Engine engine(*model_, options(1));
  std::stop_source stop;
  std::vector<std::future<void>> waiting;
  for (int i = 0; i < 20; ++i)
    waiting.push_back(std::async(std::launch::async, [&] {
      EXPECT_THROW(engine.answer(question("You are Eve.", "On.", 1500), stop.get_token()),
                   Cancelled);
    }));
  std::this_thread::sleep_for(50ms);
  const auto start = std::chrono::steady_clock::now();
  stop.request_stop();
  for (auto& each : waiting) each.get();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
  EXPECT_EQ(engine.answer(question("You are Ann.", "And now?", 3), {}).generated_tokens, 3);
}

TEST_F(EngineTest, CancelsInTheMiddleOfAPrompt) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "word " + std::to_string(i) + " ";
  Engine engine(*model_, options(2));
  for (int round = 0; round < 4; ++round) {
    std::stop_source stop;
    std::jthread later([&] {
      std::this_thread::sleep_for(20ms + round * 100ms);
      stop.request_stop();
    });
    EXPECT_THROW(engine.answer(question("You are Ann.", text, 500), stop.get_token()), Cancelled);
  }
  EXPECT_EQ(engine.answer(question("You are Ann.", "And now?", 3), {}).generated_tokens, 3);
}

TEST_F(EngineTest, DoesNotStartWhatIsCancelledAlready) {
  Engine engine(*model_, options(1));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(engine.answer(spoken(1), stop.get_token()), Cancelled);
  EXPECT_EQ(engine.busy_seconds(), 0);
}

// ---- faults

TEST_F(EngineTest, GoesOnWithANewContextAfterAFatalError) {
  const Answer expected = Engine(*model_, options(4)).answer(spoken(1), {});
  std::atomic<int> steps = 0;
  EngineOptions faulty = options(4);
  faulty.before_step = [&] {
    if (++steps == 9) throw DecodeFailed(-3);
  };
  Engine engine(*model_, faulty);
  std::vector<std::future<Answer>> answers;
  for (std::uint64_t seed = 0; seed < 4; ++seed)
    answers.push_back(
        std::async(std::launch::async, [&, seed] { return engine.answer(spoken(seed, 30), {}); }));
  int failed = 0;
  for (auto& answer : answers) {
    try {
      answer.get();
    } catch (const ModelError& error) {
      EXPECT_TRUE(error.retryable());
      EXPECT_NE(std::string(error.what()).find("-3"), std::string::npos);
      ++failed;
    }
  }
  EXPECT_GE(failed, 1);
  EXPECT_EQ(engine.answer(spoken(1), {}).text, expected.text);
}

TEST_F(EngineTest, FailsThatRequestAloneWhichCannotBeDrawn) {
  Engine engine(*model_, options(2));
  Generation impossible = spoken(1);
  impossible.allowed = std::make_shared<const AllowedAnswers>(Choice{});  // none is allowed
  std::future<Answer> other =
      std::async(std::launch::async, [&] { return engine.answer(spoken(2), {}); });
  try {
    engine.answer(impossible, {});
    ADD_FAILURE() << "an answer was drawn";
  } catch (const ModelError& error) {
    EXPECT_FALSE(error.retryable());
  }
  EXPECT_FALSE(other.get().text.empty());
}

}  // namespace
}  // namespace syndisco
