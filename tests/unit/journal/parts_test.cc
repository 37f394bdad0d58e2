#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "unit/journal/journal_testing.h"

#include "syndisco/journal/difference.h"
#include "syndisco/journal/file_system.h"
#include "syndisco/journal/group_commit.h"

namespace syndisco {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

std::string difference(const std::string& was, const std::string& is) {
  return first_difference(parse_json(was), parse_json(is)).value_or("none");
}

TEST(FirstDifference, FindsNoneBetweenEqualValuesWhateverTheOrderOfMembers) {
  EXPECT_EQ(difference(R"({"a": 1, "b": [2, {"c": null}]})", R"({"b": [2, {"c": null}], "a": 1})"),
            "none");
}

TEST(FirstDifference, NamesThePlaceAndBothValues) {
  EXPECT_EQ(difference(R"({"a": {"b/c": [1, 2]}})", R"({"a": {"b/c": [1, 3]}})"),
            "/a/b~1c/1: was 2, is 3");
  EXPECT_EQ(difference(R"({"a": 1})", R"({"a": 1.0})"), "/a: was 1, is 1.0");
  EXPECT_EQ(difference(R"({"a": null})", R"({"a": {}})"), "/a: was null, is {}");
  EXPECT_EQ(difference("1", "2"), "/: was 1, is 2");
}

TEST(FirstDifference, NamesWhatIsMissing) {
  EXPECT_EQ(difference(R"({"a": 1})", R"({})"), "/a: was 1, is missing");
  EXPECT_EQ(difference(R"({})", R"({"a": 1})"), "/a: was missing, is 1");
  EXPECT_EQ(difference("[1, 2]", "[1]"), "/1: was 2, is missing");
  EXPECT_EQ(difference("[]", "[true]"), "/0: was missing, is true");
}

TEST(FirstDifference, ShowsLongTextsAroundTheirFirstDifference) {
  const std::string same(500, 'a');
  const std::string found =
      *first_difference(Json(same + "left" + same), Json(same + "right" + same));
  EXPECT_THAT(found, HasSubstr("aleft"));
  EXPECT_THAT(found, HasSubstr("aright"));
  EXPECT_THAT(found, SizeIs(::testing::Lt(200U)));
}

TEST(FirstDifference, CutsNoCharacter) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ä";
  for (const std::string& prefix : {std::string(), std::string("x")}) {
    const std::string found = *first_difference(Json(prefix + umlauts + "b" + umlauts),
                                                Json(prefix + umlauts + "c" + umlauts));
    EXPECT_THAT(found, Not(HasSubstr("\xEF\xBF\xBD")));
    EXPECT_THAT(found, HasSubstr("äb"));
  }
}

TEST(FirstDifference, IsSafeOnATerminal) {
  EXPECT_THAT(*first_difference(Json("\x1B[31m\n"), Json("")), Not(HasSubstr("\x1B")));
}

TEST(NetworkFileSystem, IsKnownByItsMagicNumber) {
  for (const std::uint64_t type : {0x6969U, 0x517BU, 0xFF534D42U, 0x0BD00BD0U, 0x47504653U,
                                   0x19830326U, 0x00C36400U, 0x65735546U}) {
    EXPECT_TRUE(is_network_file_system(type)) << std::hex << type;
  }
  for (const std::uint64_t type : {0xEF53U, 0x58465342U, 0x9123683EU, 0x01021994U, 0U}) {
    EXPECT_FALSE(is_network_file_system(type)) << std::hex << type;
  }
}

TEST(NetworkFileSystem, IsNotAMissingPath) {
  EXPECT_FALSE(is_on_network_file_system("/no/such/path"));
}

TEST(GroupCommit, WritesEveryTurnOnceAndInTheOrderOfEachThread) {
  constexpr int kThreads = 16;
  constexpr std::uint64_t kSteps = 200;
  std::vector<std::vector<std::uint64_t>> written(kThreads);
  std::atomic<int> inside = 0;
  GroupCommit commit([&](std::span<Append* const> group) {
    EXPECT_EQ(++inside, 1);  // one leader at a time
    for (const Append* append : group) {
      written[static_cast<std::size_t>(std::stoi(*append->job))].push_back(append->turn->step);
    }
    --inside;
  });
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        const std::string job = std::to_string(i);
        for (std::uint64_t step = 0; step < kSteps; ++step) {
          commit.append(job, testing::turn(step));
        }
      });
    }
  }
  for (const std::vector<std::uint64_t>& steps : written) {
    ASSERT_EQ(steps.size(), kSteps);
    EXPECT_TRUE(std::is_sorted(steps.begin(), steps.end()));
  }
}

TEST(GroupCommit, SharesOneWriteAmongThoseWhoWait) {
  constexpr std::size_t kThreads = 8;
  std::atomic<std::size_t> calls = 0, largest = 0;
  std::atomic<std::size_t> started = 0;
  GroupCommit commit([&](std::span<Append* const> group) {
    // The first write takes until all others are on their way.
    if (++calls == 1) {
      while (started < kThreads) std::this_thread::yield();
    }
    largest = std::max<std::size_t>(largest, group.size());
  });
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        ++started;
        commit.append("job", testing::turn(0));
      });
    }
  }
  EXPECT_LE(calls, kThreads);
  EXPECT_GE(largest, 1U);
}

TEST(GroupCommit, AnErrorReachesItsCallerAlone) {
  constexpr int kThreads = 12;
  GroupCommit commit([](std::span<Append* const> group) {
    for (Append* append : group) {
      if (append->turn->step % 3 == 0) {
        append->error =
            std::make_exception_ptr(std::runtime_error(std::to_string(append->turn->step)));
      }
    }
  });
  std::mutex mutex;
  std::set<std::uint64_t> refused;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        for (std::uint64_t step = i; step < 600; step += kThreads) {
          try {
            commit.append("job", testing::turn(step));
          } catch (const std::runtime_error& error) {
            EXPECT_EQ(error.what(), std::to_string(step));
            const std::lock_guard hold(mutex);
            refused.insert(step);
          }
        }
      });
    }
  }
  EXPECT_EQ(refused.size(), 200U);
  for (const std::uint64_t step : refused) EXPECT_EQ(step % 3, 0U);
}

}  // namespace
}  // namespace syndisco
