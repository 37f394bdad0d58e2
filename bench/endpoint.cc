// Many requests in flight against a server that takes a second for each: what the client, the line
// in front of it and hundreds of blocked threads cost. The server is a process of its own, so that
// the memory is ours alone.
//
//   bench_endpoint [REQUESTS AT ONCE] [SECONDS]

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "syndisco/base/clock.h"
#include "syndisco/model/endpoint/endpoint_model.h"

namespace {

using namespace syndisco;

constexpr double kLatency = 1;

int listen_somewhere(int& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener, 4096) != 0)
    std::abort();
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return listener;
}

/// One thread; every request is answered a second after it came.
[[noreturn]] void serve(int listener) {
  const std::string body =
      R"({"data":[],"choices":[{"message":{"content":"I would not say so."},"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":700,"completion_tokens":6}})";
  const std::string reply =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  const int poll = ::epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener;
  ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  std::map<int, std::string> read;
  std::deque<std::pair<double, int>> due;
  std::vector<epoll_event> events(1024);
  while (true) {
    const double now = monotonic_seconds();
    for (; !due.empty() && due.front().first <= now; due.pop_front())
      if (::send(due.front().second, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) continue;
    const int wait = due.empty() ? 1000 : static_cast<int>((due.front().first - now) * 1000) + 1;
    const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), wait);
    for (int i = 0; i < count; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener) {
        int accepted = 0;
        while ((accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0) {
          const int on = 1;
          ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          event.data.fd = accepted;
          ::epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &event);
        }
        continue;
      }
      char buffer[65536];
      const ssize_t size = ::recv(socket, buffer, sizeof buffer, 0);
      if (size <= 0) {
        ::close(socket);
        read.erase(socket);
        continue;
      }
      std::string& text = read[socket];
      text.append(buffer, static_cast<std::size_t>(size));
      const std::size_t head = text.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::size_t length = text.find("Content-Length: ");
      const std::size_t expected =
          length < head ? std::strtoul(text.c_str() + length + 16, nullptr, 10) : 0;
      if (text.size() < head + 4 + expected) continue;
      text.clear();
      due.emplace_back(monotonic_seconds() + (expected > 0 ? kLatency : 0), socket);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int at_once = argc > 1 ? std::atoi(argv[1]) : 500;
  const double seconds = argc > 2 ? std::atof(argv[2]) : 30;
  int port = 0;
  const int listener = listen_somewhere(port);
  const pid_t server = ::fork();
  if (server == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(listener);
  }
  ::close(listener);

  ModelSpec spec;
  spec.name = "large";
  spec.endpoint.emplace();
  spec.endpoint->urls = {"http://127.0.0.1:" + std::to_string(port) + "/v1"};
  spec.endpoint->model = "m";
  const auto model = connect_endpoint(spec);

  std::atomic<int> answers{0};
  std::stop_source stop;
  std::vector<std::jthread> threads;
  for (int i = 0; i < at_once; ++i)
    threads.emplace_back([&, i] {
      Request request;
      request.messages = {{Message::From::kSystem,
                           "You are number " + std::to_string(i) + ". " + std::string(1500, 'x')},
                          {Message::From::kUser, std::string(2000, 'y')}};
      request.seed = static_cast<std::uint64_t>(i);
      try {
        while (true) {
          model->ask(request, stop.get_token());
          ++answers;
        }
      } catch (const Cancelled&) {
      }
    });

  const double began = monotonic_seconds();
  double grown = 0;  // when the rate first came near
  int before = 0, since_grown = 0;
  while (monotonic_seconds() - began < seconds) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const int now = answers;
    std::printf("%3.0f s: %d answers a second\n", monotonic_seconds() - began, now - before);
    if (grown == 0 && now - before >= at_once * 9 / 10) {
      grown = monotonic_seconds();
      since_grown = now;
    }
    before = now;
  }
  const double measured = monotonic_seconds() - grown;
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  if (grown > 0)
    std::printf(
        "%d at once, grown after %.0f s: %.1f answers a second then, %.1f %% of the ideal\n",
        at_once, grown - began, (answers - since_grown) / measured,
        100 * (answers - since_grown) / measured / (at_once / kLatency));
  std::printf("memory at most %.0f MB; %.0f ms of CPU for 1,000 answers\n",
              static_cast<double>(used.ru_maxrss) / 1024,
              1000 *
                  (static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                   static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6) /
                  answers * 1000);
  stop.request_stop();
  threads.clear();
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  return grown > 0 ? 0 : 1;
}
