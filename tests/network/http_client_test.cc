// The HTTP client against a server on a loopback port, faults included.

#include "syndisco/model/http/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/http_server.h"

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

using test::Certificate;
using test::HttpServer;
using test::make_certificate;
using test::Reply;
using test::ServerRequest;
using ::testing::HasSubstr;
using Kind = HttpError::Kind;

Reply hello(const ServerRequest& request) {
  return {.body = request.method + " " + request.path + " " + request.body,
          .headers = {{"X-Some", " thing "}}};
}

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

/// The error of a request, which must fail.
HttpError error_of(const HttpRequest& request, std::stop_token stop = {}) {
  HttpClient client;
  try {
    client.send(request, stop);
  } catch (const HttpError& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return {Kind::kInvalid, "none"};
}

TEST(HttpClient, SendsAndReceives) {
  HttpServer server(hello);
  HttpClient client;
  HttpRequest request = get(server.url() + "/a");
  request.method = "POST";
  request.body = std::string(100'000, 'x') + std::string("\0y", 2);
  const HttpResponse response = client.send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "POST /a " + request.body);
  ASSERT_NE(response.header("x-some"), nullptr);
  EXPECT_EQ(*response.header("x-some"), "thing");
  EXPECT_EQ(response.header("x-other"), nullptr);
}

TEST(HttpClient, GivesErrorsOfTheServerAsAnswers) {
  HttpServer server([](const auto&) { return Reply{.status = 503, .body = "later"}; });
  HttpClient client;
  const HttpResponse response = client.send(get(server.url()));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "later");
}

TEST(HttpClient, KeepsConnections) {
  HttpServer server(hello);
  HttpClient client;
  for (int i = 0; i < 5; ++i) client.send(get(server.url()));
  EXPECT_EQ(server.requests(), 5U);
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClient, ServesManyThreadsAtOnce) {
  HttpServer server(
      [](const ServerRequest& request) { return Reply{.body = request.path, .delay = 0.2}; });
  HttpClient client;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 50; ++i)
      threads.emplace_back([&, i] {
        const std::string path = "/" + std::to_string(i);
        EXPECT_EQ(client.send(get(server.url() + path)).body, path);
      });
  }
  EXPECT_GT(server.most_at_once(), 25U);
}

TEST(HttpClient, ReadsChunks) {
  HttpServer server(
      [](const auto&) { return Reply{.body = "a body in many chunks", .chunked = true}; });
  EXPECT_EQ(HttpClient().send(get(server.url())).body, "a body in many chunks");
}

TEST(HttpClient, TellsWhyThereIsNoAnswer) {
  std::string url;
  {
    const HttpServer server(hello);
    url = server.url();
  }
  EXPECT_EQ(error_of(get(url)).kind(), Kind::kUnreachable);
  EXPECT_THAT(error_of(get(url)).what(), HasSubstr("127.0.0.1"));
  EXPECT_EQ(error_of(get("http://no-such-host.invalid/")).kind(), Kind::kUnknownHost);
  EXPECT_EQ(error_of(get("ftp://127.0.0.1/")).kind(), Kind::kInvalid);
  EXPECT_EQ(error_of(get("nonsense")).kind(), Kind::kInvalid);
}

TEST(HttpClient, TellsWhenTheServerBreaksOff) {
  HttpServer server([](const ServerRequest& request) {
    Reply reply{.body = std::string(10'000, 'x')};
    if (request.path == "/close") reply.fault = Reply::Fault::kClose;
    if (request.path == "/reset") reply.fault = Reply::Fault::kReset;
    if (request.path == "/close-in-body") reply.fault = Reply::Fault::kCloseInBody;
    if (request.path == "/reset-in-body") reply.fault = Reply::Fault::kResetInBody;
    return reply;
  });
  EXPECT_EQ(error_of(get(server.url() + "/close")).kind(), Kind::kClosed);
  EXPECT_EQ(error_of(get(server.url() + "/reset")).kind(), Kind::kClosed);
  EXPECT_EQ(error_of(get(server.url() + "/close-in-body")).kind(), Kind::kBrokenOff);
  EXPECT_EQ(error_of(get(server.url() + "/reset-in-body")).kind(), Kind::kBrokenOff);
}

TEST(HttpClient, WaitsNoLongerThanItShould) {
  HttpServer server([](const ServerRequest& request) {
    return Reply{.body = "a slow answer",
                 .pause = 0.3,
                 .fault = request.path == "/hang" ? Reply::Fault::kHang : Reply::Fault::kSlow};
  });
  HttpRequest request = get(server.url() + "/hang");
  request.timeouts.first_byte = 0.1;
  EXPECT_EQ(error_of(request).kind(), Kind::kTimeoutFirstByte);
  EXPECT_THAT(error_of(request).what(), HasSubstr("no answer within 0.1 s"));

  request.url = server.url() + "/slow";
  request.timeouts.idle = 0.1;
  EXPECT_EQ(error_of(request).kind(), Kind::kTimeoutIdle);

  request.timeouts = {.first_byte = 10, .idle = 10, .total = 0.4};
  EXPECT_EQ(error_of(request).kind(), Kind::kTimeoutTotal);
  EXPECT_TRUE(error_of(request).timeout());
}

TEST(HttpClient, TakesNoMoreThanAllowed) {
  HttpServer server([](const auto&) { return Reply{.body = std::string(20'000, 'x')}; });
  HttpRequest request = get(server.url());
  request.max_body = 19'999;
  EXPECT_EQ(error_of(request).kind(), Kind::kTooLarge);
  request.max_body = 20'000;
  EXPECT_EQ(HttpClient().send(request).body.size(), 20'000U);
}

TEST(HttpClient, IsCancelledSoon) {
  HttpServer server([](const auto&) { return Reply{.fault = Reply::Fault::kHang}; });
  HttpClient client;
  std::stop_source stop;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 20; ++i)
    threads.emplace_back(
        [&] { EXPECT_THROW(client.send(get(server.url()), stop.get_token()), Cancelled); });
  while (server.requests() < 20) std::this_thread::yield();
  const auto asked = std::chrono::steady_clock::now();
  stop.request_stop();
  threads.clear();
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(1));
  EXPECT_THROW(client.send(get(server.url()), stop.get_token()), Cancelled);
}

TEST(HttpClient, HandsPiecesToASink) {
  HttpServer server(
      [](const auto&) { return Reply{.status = 206, .body = std::string(1'000'000, 'x')}; });
  HttpRequest request = get(server.url());
  std::size_t got = 0;
  request.max_body = 10;  // of no concern here
  request.sink = [&](const HttpResponse& head, std::string_view piece) {
    EXPECT_EQ(head.status, 206);
    EXPECT_NE(head.header("content-length"), nullptr);
    got += piece.size();
    return true;
  };
  EXPECT_EQ(HttpClient().send(request).body, "");
  EXPECT_EQ(got, 1'000'000U);

  request.sink = [](const auto&, auto) { return false; };
  EXPECT_EQ(error_of(request).kind(), Kind::kRefused);
  request.sink = [](const auto&, auto) -> bool { throw EnvironmentError("disk full"); };
  EXPECT_THROW(HttpClient().send(request), EnvironmentError);
}

TEST(HttpClient, KeepsErrorPagesFromTheSink) {
  HttpServer server([](const auto&) { return Reply{.status = 404, .body = "not here"}; });
  HttpRequest request = get(server.url());
  request.sink = [](const auto&, auto) {
    ADD_FAILURE();
    return true;
  };
  EXPECT_EQ(HttpClient().send(request).body, "not here");
}

TEST(HttpClient, FollowsRedirectsOnlyWhenAskedTo) {
  HttpServer other([](const ServerRequest& request) {
    return Reply{.body = request.headers.contains("authorization") ? "told" : "not told"};
  });
  HttpServer server([&](const ServerRequest& request) {
    if (request.path == "/here") return hello(request);
    return Reply{.status = 302,
                 .body = "go",
                 .headers = {{"Location", request.path == "/near" ? "/here" : other.url()}}};
  });
  HttpRequest request = get(server.url() + "/far");
  request.headers = {{"Authorization", "Bearer secret"}};
  EXPECT_EQ(HttpClient().send(request).status, 302);
  EXPECT_EQ(HttpClient().send(request).body, "go");
  EXPECT_EQ(other.requests(), 0U);

  request.redirects = 3;
  const HttpResponse far = HttpClient().send(request);
  EXPECT_EQ(far.status, 200);
  EXPECT_EQ(far.body, "not told");
  EXPECT_EQ(far.header("location"), nullptr);

  request.url = server.url() + "/near";
  EXPECT_EQ(HttpClient().send(request).body, "GET /here ");
}

TEST(HttpClient, AnswersHeadWithoutABody) {
  HttpServer server([](const auto&) { return Reply{.body = "some"}; });
  HttpRequest request = get(server.url());
  request.method = "HEAD";
  const HttpResponse response = HttpClient().send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(*response.header("content-length"), "4");
}

TEST(HttpClient, LetsNobodySmuggleAHeader) {
  HttpServer server(hello);
  HttpRequest request = get(server.url());
  request.headers = {{"X-Key", "a\r\nX-Other: b"}};
  EXPECT_EQ(error_of(request).kind(), Kind::kInvalid);
  EXPECT_EQ(server.requests(), 0U);
}

TEST(HttpClient, TrustsNoExpiredCertificate) {
  const Certificate expired = make_certificate(true);
  HttpServer server(hello, &expired);
  EXPECT_EQ(error_of(get(server.url())).kind(), Kind::kTls);
  EXPECT_EQ(server.requests(), 0U);
}

TEST(HttpClient, TrustsTheAuthoritiesOfTheEnvironment) {
  const Certificate valid = make_certificate(false);
  const auto file =
      std::filesystem::temp_directory_path() / ("syndisco-ca-" + std::to_string(getpid()));
  std::ofstream(file) << valid.certificate;
  HttpServer server(hello, &valid);
  EXPECT_EQ(error_of(get(server.url())).kind(), Kind::kTls);
  setenv("SSL_CERT_FILE", file.c_str(), 1);
  EXPECT_EQ(HttpClient().send(get(server.url() + "/s")).body, "GET /s ");
  {
    HttpServer slow([](const auto&) { return Reply{.delay = 0.3}; }, &valid);
    HttpClient client;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i) threads.emplace_back([&] { client.send(get(slow.url())); });
    threads.clear();
    EXPECT_GE(slow.most_at_once(), 5U) << "no one waits for another's handshake";
  }
  const Certificate expired = make_certificate(true);
  std::ofstream(file) << expired.certificate;
  HttpServer late(hello, &expired);
  EXPECT_EQ(error_of(get(late.url())).kind(), Kind::kTls);
  unsetenv("SSL_CERT_FILE");
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace syndisco
