// Experiments on model servers, end to end: llama-server of the same source with the embedded
// model, killed in the middle and started again; keys that must stand nowhere.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sstream>

#include "program.h"
#include "support/http_server.h"
#include "support/llama_server.h"

#include "syndisco/model/http/http_client.h"
#include "syndisco/text/json.h"

namespace syndisco::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string experiment(const std::string& url, const std::string& more = "") {
  return R"({
  "experiment": "served", "seed": 5,
  "models": {"large": {"endpoint": ")" +
         url + R"(", "model": "smollm2")" + more + R"(}},
  "sampling": {"max_tokens": 8},
  "discussions": {
    "per_cell": 3, "model": "large", "turns": 3, "participants": 2,
    "context": "You take part in an online forum.", "instructions": "Answer in one sentence.",
    "personas": [{"username": "Ann", "age": 30}, {"username": "Bob", "age": 60}],
    "opening_posts": ["Cities should have no cars."]},
  "annotations": [{
    "name": "toxicity", "annotators": [{"username": "Judge"}],
    "instructions": "How toxic is the last comment?", "answer": {"integer": [1, 5]}}]
})";
}

std::vector<Json> rows(const Folder& folder, const std::string& name) {
  std::vector<Json> found;
  std::istringstream text(folder.read(name));
  for (std::string line; std::getline(text, line);) found.push_back(parse_json(line));
  return found;
}

/// Waits until the server has loaded its model; other tests may want the same cores.
void wait_for(const LlamaServer& server) {
  HttpClient client;
  HttpRequest request;
  request.url = server.url() + "/models";
  const auto ready = [&] {
    try {
      return client.send(request).status == 200;
    } catch (const HttpError&) {
      return false;
    }
  };
  for (int i = 0; i < 6 && !eventually(ready); ++i) {
  }
}

/// What the run has logged so far.
std::string logged(const Folder& folder) {
  std::string text;
  if (fs::exists(folder / "dir/logs"))
    for (const auto& entry : fs::directory_iterator(folder / "dir/logs"))
      text += folder.read(fs::relative(entry.path(), folder.path()).string());
  return text;
}

bool will_log(const Folder& folder, const std::string& words) {
  const auto there = [&] { return logged(folder).find(words) != std::string::npos; };
  for (int i = 0; i < 6; ++i)
    if (eventually(there)) return true;
  return false;
}

/// Every comment and annotation is there once.
void expect_complete(const Folder& folder, const std::string& directory) {
  ASSERT_EQ(run(folder, {"export", directory, "--format", "jsonl", "--out", "all.jsonl"}).code, 0);
  for (const char* name : {"all.jsonl", "all.annotations.jsonl"}) {
    std::set<std::string> places;
    for (const Json& row : rows(folder, name)) {
      const std::string place =
          dump_json(*row.find("conv_id")) + dump_json(*row.find("comment_index"));
      EXPECT_TRUE(places.insert(place).second) << place;
    }
    EXPECT_EQ(places.size(), 3U * 4U) << name;
  }
}

TEST(EndpointRun, GoesOnWhenALlamaServerIsKilledAndComesBack) {
  if (const auto why = LlamaServer::missing()) GTEST_SKIP() << *why;
  const Folder folder;
  LlamaServer server(1024, 2);
  folder.write("e.json", experiment(server.url()));
  Program program(folder, {"run", "e.json", "--out", "dir", "--parallel", "4"});
  EXPECT_TRUE(will_log(folder, "completed"));
  server.kill();
  EXPECT_TRUE(will_log(folder, "waiting for http://127.0.0.1"));
  server.start();
  const Ended ended = program.wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(logged(folder), HasSubstr("answers again"));
  expect_complete(folder, "dir");
  const Json manifest = parse_json(folder.read("dir/manifest.json"));
  const Json& model = *manifest.find("runs")->array().back().find("models")->find("large");
  EXPECT_EQ(*model.find("server"), Json("llama"));
  EXPECT_EQ(*model.find("context"), Json(1024));
}

TEST(EndpointRun, EndsAndGoesOnLaterWhereAllServersStayAway) {
  if (const auto why = LlamaServer::missing()) GTEST_SKIP() << *why;
  const Folder folder;
  LlamaServer server(1024, 2);
  wait_for(server);
  folder.write("e.json", experiment(server.url()));
  Program program(folder, {"run", "e.json", "--out", "dir", "--give-up-after", "0.5s"});
  EXPECT_TRUE(will_log(folder, " at once"));
  server.kill();
  const Ended ended = program.wait();
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("no answer since"));
  EXPECT_THAT(ended.err, HasSubstr("the same command goes on"));
  server.start();
  wait_for(server);
  EXPECT_EQ(run(folder, {"run", "e.json", "--out", "dir"}).code, 0);
  expect_complete(folder, "dir");
}

Reply saying(const ServerRequest& request) {
  if (request.path != "/v1/chat/completions") return {.body = R"({"data":[{"id":"smollm2"}]})"};
  const bool annotator = request.body.find("response_format") != std::string::npos;
  return {.body = R"({"choices":[{"message":{"content":)" +
                  std::string(annotator ? R"("{\"answer\": 3}")"
                                        : R"("Well, no.","reasoning_content":"Secretly, yes.")") +
                  R"(},"finish_reason":"stop"}]})"};
}

TEST(EndpointRun, KeepsTheKeyOutOfEverything) {
  const Folder folder;
  HttpServer server([](const ServerRequest& request) {
    EXPECT_EQ(request.headers.at("authorization"), "Bearer sk-very-secret");
    return saying(request);
  });
  folder.write("e.json", experiment(server.url() + "/v1", R"(, "api_key_env": "SOME_KEY")"));
  const Ended without = run(folder, {"run", "e.json", "--out", "dir"});
  EXPECT_EQ(without.code, 3);
  EXPECT_THAT(without.err, HasSubstr("the environment variable SOME_KEY is not set"));
  EXPECT_FALSE(fs::exists(folder / "dir/syndisco.db"));

  const Ended ended = run(folder, {"run", "e.json", "--out", "dir", "--log-level", "debug"},
                          {{"SOME_KEY", "sk-very-secret"}});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err + ended.out, Not(HasSubstr("very-secret")));
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    if (!entry.is_regular_file()) continue;
    EXPECT_THAT(folder.read(fs::relative(entry.path(), folder.path()).string()),
                Not(HasSubstr("very-secret")))
        << entry.path();
  }
  expect_complete(folder, "dir");
}

TEST(EndpointRun, KeepsThoughtsInTheFilesAndOutOfTheHistory) {
  const Folder folder;
  HttpServer server([](const ServerRequest& request) {
    EXPECT_EQ(request.body.find("Secretly"), std::string::npos);
    return saying(request);
  });
  folder.write("e.json", experiment(server.url() + "/v1"));
  EXPECT_EQ(run(folder, {"run", "e.json", "--out", "dir"}).code, 0);
  EXPECT_THAT(folder.read("dir/discussions/served.all.0001.json"), HasSubstr("Secretly, yes."));
  for (const Json& row : [&] {
         EXPECT_EQ(run(folder, {"export", "dir", "--format", "jsonl", "--out", "a.jsonl"}).code, 0);
         return rows(folder, "a.jsonl");
       }())
    EXPECT_THAT(row.find("message")->string(), Not(HasSubstr("Secretly")));
}

TEST(EndpointRun, MayMoveToAnotherAddressButNotToAnotherModel) {
  const Folder folder;
  HttpServer one(saying), two(saying);
  folder.write("e.json", experiment(one.url() + "/v1"));
  EXPECT_EQ(run(folder, {"run", "e.json", "--out", "dir"}).code, 0);
  std::string moved = experiment(two.url() + "/v1", R"(, "concurrency": 2)");
  moved.replace(moved.find("\"per_cell\": 3"), 13, "\"per_cell\": 4");
  folder.write("e.json", moved);
  EXPECT_EQ(run(folder, {"run", "e.json", "--out", "dir"}).code, 0);
  EXPECT_GT(two.requests(), 3U);
  moved.replace(moved.find("\"smollm2\""), 9, "\"another\"");
  folder.write("e.json", moved);
  const Ended refused = run(folder, {"run", "e.json", "--out", "dir"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("another"));
}

TEST(EndpointRun, ShowsTheServersInThePlan) {
  const Folder folder;
  folder.write("e.json", experiment("http://127.0.0.1:1/v1", R"(, "api_key_env": "SOME_KEY")"));
  const Ended ended = run(folder, {"plan", "e.json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out,
              HasSubstr("model large: smollm2 at http://127.0.0.1:1/v1, key from $SOME_KEY"));
  EXPECT_EQ(run(folder, {"run", "e.json", "--give-up-after", "soon"}).code, 2);
}

}  // namespace
}  // namespace syndisco::test
