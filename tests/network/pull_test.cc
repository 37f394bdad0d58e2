// Downloads from a hub of the test's own: whole, broken off, changed, refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "support/hub.h"
#include "unit/model/own_cache.h"

#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/model/hub/hub.h"

namespace syndisco::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kToken = "hf_SecretSecretSecret";

class Pull : public OwnCache {
 protected:
  fs::path pull_from(const Hub& server, const std::string& token = "",
                     const DownloadProgress& progress = {}, std::stop_token stop = {}) {
    return pull(file_, {.endpoint = server.url(), .token = token, .pause = 0}, progress, stop);
  }
  std::string pulled() { return read_file(file_.cached()); }

  /// The message and hint of the failure.
  template <typename Action>
  std::string failure(Action action) {
    try {
      action();
    } catch (const EnvironmentError& error) {
      return error.report();
    }
    ADD_FAILURE() << "nothing failed";
    return "";
  }

  /// Nothing that a later command could take for a model.
  void expect_nothing_whole() { EXPECT_FALSE(fs::exists(file_.cached())); }

  HubFile file_ = hub_model("hf:some-one/a.model/sub dir/m.gguf@v1");
};

TEST_F(Pull, FetchesAFileOnce) {
  const std::string content = content_of(300000);
  const Hub server(FileAnswers{content});
  std::uint64_t last = 0, total = 0;
  pull_from(server, "", [&](std::uint64_t done, std::uint64_t all) { last = done, total = all; });
  EXPECT_EQ(pulled(), content);
  EXPECT_EQ(last, content.size());
  EXPECT_EQ(total, content.size());
  EXPECT_EQ(server.asked().at(0).path, "/some-one/a.model/resolve/v1/sub%20dir/m.gguf");
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(file_.cached().parent_path()))
    left.insert(entry.path().filename().string());
  EXPECT_EQ(left, (std::set<std::string>{"m.gguf", "m.gguf.lock"}));
  const std::size_t asked = server.asked().size();
  pull_from(server);
  EXPECT_EQ(server.asked().size(), asked) << "what is there needs no network";
}

TEST_F(Pull, GoesOnWhereTheConnectionBroke) {
  const std::string content = content_of(800000);
  int gets = 0;
  const Hub server([&](const ServerRequest& asked) {
    Reply reply = FileAnswers{content}(asked);
    if (asked.method == "GET" && ++gets <= 3) reply.fault = Reply::Fault::kCloseInBody;
    return reply;
  });
  pull_from(server);
  EXPECT_EQ(pulled(), content);
  const std::vector<ServerRequest> asked = server.asked();
  ASSERT_EQ(asked.size(), 5u);
  EXPECT_FALSE(asked[1].headers.contains("range"));
  EXPECT_EQ(asked[2].headers.at("range"), "bytes=400000-");
  EXPECT_EQ(asked[4].headers.at("range"), "bytes=700000-");
  EXPECT_EQ(asked[4].headers.at("if-range"), FileAnswers{content}.tag());
}

TEST_F(Pull, GoesOnAfterItWasStopped) {
  const std::string content = content_of(4000000);
  const Hub server(FileAnswers{content});
  std::stop_source stop;
  EXPECT_THROW(pull_from(
                   server, "",
                   [&](std::uint64_t done, std::uint64_t) {
                     if (done > 0) stop.request_stop();
                   },
                   stop.get_token()),
               Cancelled);
  expect_nothing_whole();
  const fs::path part = file_.cached().string() + ".part";
  const std::uintmax_t kept = fs::file_size(part);
  ASSERT_GT(kept, 0u);
  ASSERT_LT(kept, content.size());
  pull_from(server);
  EXPECT_EQ(pulled(), content);
  EXPECT_EQ(server.asked().back().headers.at("range"), "bytes=" + std::to_string(kept) + "-");
}

TEST_F(Pull, StartsAgainWhenTheFileBecameAnotherSinceItWasStopped) {
  std::string content = content_of(200000, 1);
  const std::string later = content_of(300000, 2);
  bool cut = true;
  const Hub server([&](const ServerRequest& asked) {
    Reply reply = FileAnswers{content}(asked);
    if (asked.method == "GET" && cut) reply.fault = Reply::Fault::kCloseInBody;
    if (asked.headers.contains("range")) reply = {.status = 500};
    return reply;
  });
  failure([&] { pull_from(server); });
  ASSERT_TRUE(fs::exists(file_.cached().string() + ".part"));
  content = later;
  cut = false;
  pull_from(server);
  EXPECT_EQ(pulled(), later);
  EXPECT_FALSE(server.asked().back().headers.contains("range"));
}

TEST_F(Pull, StartsAgainWhenTheFileChangesMeanwhile) {
  const std::string before = content_of(200000, 1), after = content_of(200000, 2);
  int gets = 0;
  const Hub server([&](const ServerRequest& asked) {
    if (asked.method == "GET") ++gets;
    Reply reply = FileAnswers{gets <= 1 ? before : after}(asked);
    if (gets == 1) reply.fault = Reply::Fault::kCloseInBody;
    return reply;
  });
  pull_from(server);
  EXPECT_EQ(pulled(), after);
}

TEST_F(Pull, StartsAgainWhenTheServerDoesNotKnowThePart) {
  const std::string content = content_of(200000);
  int gets = 0;
  const Hub server([&](const ServerRequest& asked) {
    Reply reply = FileAnswers{content}(asked);
    if (asked.method != "GET") return reply;
    ++gets;
    if (gets == 1) reply.fault = Reply::Fault::kCloseInBody;
    if (gets == 2) return Reply{.status = 416};
    return reply;
  });
  pull_from(server);
  EXPECT_EQ(pulled(), content);
  EXPECT_FALSE(server.asked().back().headers.contains("range"));
}

TEST_F(Pull, TakesAServerThatKnowsNoRanges) {
  const std::string content = content_of(200000);
  int gets = 0;
  const Hub server([&](const ServerRequest& asked) {
    Reply reply{.body = content, .headers = {{"ETag", FileAnswers{content}.tag()}}};
    if (asked.method == "GET" && ++gets == 1) reply.fault = Reply::Fault::kCloseInBody;
    return reply;
  });
  pull_from(server);
  EXPECT_EQ(pulled(), content);
}

TEST_F(Pull, ThrowsAwayWhatHasAnotherChecksum) {
  const Hub server(FileAnswers{content_of(1000), std::string(64, 'a')});
  const std::string report = failure([&] { pull_from(server); });
  EXPECT_THAT(report, HasSubstr("SHA-256"));
  EXPECT_THAT(report, HasSubstr("hint: "));
  expect_nothing_whole();
  EXPECT_FALSE(fs::exists(file_.cached().string() + ".part"));
}

TEST_F(Pull, GivesUpOnAFileThatChangesAgainAndAgain) {
  unsigned gets = 0;
  const Hub server([&](const ServerRequest& asked) {
    if (asked.method == "GET") ++gets;
    return FileAnswers{content_of(1000, gets)}(asked);
  });
  EXPECT_THAT(failure([&] { pull_from(server); }), HasSubstr("changes while it is downloaded"));
  EXPECT_EQ(gets, 3u);
}

TEST_F(Pull, NeverSendsTheTokenToAnotherHost) {
  const std::string content = content_of(200000);
  int gets = 0;
  const Hub storage([&](const ServerRequest& asked) {
    Reply reply = FileAnswers{content, "another-one"}(asked);
    if (++gets == 1) reply.fault = Reply::Fault::kCloseInBody;
    return reply;
  });
  const Hub server([&](const ServerRequest&) {
    return Reply{.status = 302,
                 .headers = {{"Location", storage.url("localhost") + "/blob?signature=x"},
                             {"X-Linked-ETag", FileAnswers{content}.tag()},
                             {"X-Linked-Size", std::to_string(content.size())}}};
  });
  pull_from(server, kToken);
  EXPECT_EQ(pulled(), content);
  for (const ServerRequest& asked : server.asked())
    EXPECT_EQ(asked.headers.at("authorization"), std::string("Bearer ") + kToken);
  ASSERT_EQ(storage.asked().size(), 2u);
  for (const ServerRequest& asked : storage.asked())
    EXPECT_FALSE(asked.headers.contains("authorization"));
  EXPECT_EQ(storage.asked()[1].headers.at("range"), "bytes=100000-");
}

TEST_F(Pull, FollowsARenamedRepositoryWithTheToken) {
  const std::string content = content_of(1000);
  const Hub server([&](const ServerRequest& asked) {
    if (!asked.path.starts_with("/new/"))
      return Reply{.status = 307, .headers = {{"Location", "/new/name/m.gguf"}}};
    return FileAnswers{content}(asked);
  });
  pull_from(server, kToken);
  EXPECT_EQ(pulled(), content);
  for (const ServerRequest& asked : server.asked())
    EXPECT_TRUE(asked.headers.contains("authorization"));
}

TEST_F(Pull, EndsRedirectsThatDoNotEnd) {
  const Hub server([](const ServerRequest& asked) {
    return Reply{.status = 302, .headers = {{"Location", asked.path + "x"}}};
  });
  EXPECT_THAT(failure([&] { pull_from(server); }), HasSubstr("redirects without end"));
}

TEST_F(Pull, SaysWhatToDoAboutARefusal) {
  int status = 404;
  const Hub server([&](const ServerRequest&) {
    return Reply{.status = status, .headers = {{"X-Error-Message", "no \x1b[2J entry"}}};
  });
  std::string report = failure([&] { pull_from(server); });
  EXPECT_THAT(report, HasSubstr("there is no hf:some-one/a.model/sub dir/m.gguf@v1"));
  EXPECT_THAT(report, HasSubstr("hint: check owner, repository"));
  EXPECT_THAT(report, Not(HasSubstr("\x1b")));
  for (status = 401; status <= 403; status += 2) {
    report = failure([&] { pull_from(server); });
    EXPECT_THAT(report, HasSubstr("environment variable HF_TOKEN"));
    report = failure([&] { pull_from(server, kToken); });
    EXPECT_THAT(report, HasSubstr("the token in HF_TOKEN may not read it"));
    EXPECT_THAT(report, Not(HasSubstr(kToken)));
  }
  EXPECT_EQ(server.count("GET"), 0u);
  expect_nothing_whole();
}

TEST_F(Pull, TriesAgainWhatAMomentMayMend) {
  const std::string content = content_of(1000);
  int asked_before = 0;
  const Hub server([&](const ServerRequest& asked) {
    ++asked_before;
    if (asked_before == 1) return Reply{.status = 503};
    if (asked_before == 3) return Reply{.status = 429};
    return FileAnswers{content}(asked);
  });
  pull_from(server);
  EXPECT_EQ(pulled(), content);
}

TEST_F(Pull, TakesNoLoginPageForAModel) {
  {
    const Hub portal([](const ServerRequest&) {
      return Reply{.body = "<html>log in</html>", .type = "text/html"};
    });
    try {
      pull_from(portal);
      FAIL() << "taken";
    } catch (const EnvironmentError& error) {
      EXPECT_THAT(error.what(), HasSubstr("is no GGUF file: it begins with \"<htm\""));
    }
    EXPECT_FALSE(fs::exists(file_.cached()));
  }
  const std::string content = content_of(1000);
  const Hub server(FileAnswers{content});
  pull_from(server);
  EXPECT_EQ(pulled(), content) << "nothing of it is left in the way";
}

TEST_F(Pull, GivesUpOnAServerThatIsNotThere) {
  std::string gone;
  {
    const Hub server(FileAnswers{""});
    gone = server.url();
  }
  EXPECT_THAT(failure([&] { pull(file_, {.endpoint = gone, .token = "", .pause = 0}, {}, {}); }),
              HasSubstr("cannot download"));
}

TEST_F(Pull, BeginsNothingThatDoesNotFitOnTheDisk) {
  const Hub server([](const ServerRequest&) {
    return Reply{.headers = {{"ETag", "\"x\""}, {"X-Linked-Size", "1000000000000000000"}}};
  });
  EXPECT_THAT(failure([&] { pull_from(server); }), HasSubstr("MB are missing"));
  EXPECT_EQ(server.count("GET"), 0u);
}

TEST_F(Pull, FetchesOnceForTwoAtTheSameTime) {
  const std::string content = content_of(2000000);
  const Hub server(FileAnswers{content});
  std::thread other([&] { pull_from(server); });
  pull_from(server);
  other.join();
  EXPECT_EQ(pulled(), content);
  EXPECT_EQ(server.count("GET"), 1u);
}

TEST_F(Pull, ListsTheFilesOfARepository) {
  const Hub server([](const ServerRequest& asked) {
    if (asked.path != "/api/models/a/b/revision/main") return Reply{.status = 404};
    return Reply{.body = R"({"siblings": [{"rfilename": "config.json"}, {"rfilename": "x/y"}]})"};
  });
  const HubAccess access{.endpoint = server.url(), .token = "", .pause = 0};
  EXPECT_EQ(list_repository(hub_repository("hf:a/b"), access, {}),
            (std::vector<std::string>{"config.json", "x/y"}));
  EXPECT_THROW(list_repository(hub_repository("hf:a/c"), access, {}), EnvironmentError);
}

}  // namespace
}  // namespace syndisco::test
