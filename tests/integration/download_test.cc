// Models from a hub of the test's own, by the program; and no socket where none is asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <fstream>

#include "program.h"
#include "support/hub.h"

#include "syndisco/base/cache.h"

namespace syndisco::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kToken = "hf_SecretSecretSecret";

class Download : public testing::Test {
 protected:
  void SetUp() override {
    model_ = cache_directory() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
    if (!fs::exists(model_)) GTEST_SKIP() << "the embedded model is not in the cache";
    std::ifstream file(model_, std::ios::binary);
    content_.assign(std::istreambuf_iterator<char>(file), {});
    folder_.write("experiment.yaml", R"(experiment: e
models: {m: {gguf: "hf:some-one/a.model/m.gguf", context: 512}}
sampling: {max_tokens: 2}
discussions:
  personas: [{username: ann}]
  turns: 1
)");
  }

  std::map<std::string, std::string> environment(const Hub& server) const {
    return {{"SYNDISCO_CACHE", (folder_ / "cache").string()},
            {"HF_ENDPOINT", server.url()},
            {"HF_TOKEN", kToken}};
  }

  /// The token occurs nowhere in what the program says and leaves behind.
  void expect_no_token(const Ended& ended) {
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr(kToken)));
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
      if (entry.is_regular_file() && entry.path().extension() != ".gguf") {
        EXPECT_THAT(folder_.read(fs::relative(entry.path(), folder_.path()).string()),
                    Not(HasSubstr(kToken)))
            << entry.path();
      }
  }

  Folder folder_;
  fs::path model_;
  std::string content_;
};

TEST_F(Download, RunDownloadsWhatTheFileNamesAndPlanDoesNot) {
  const Hub server(FileAnswers{content_});
  const auto environment = this->environment(server);
  const Ended planned = run(folder_, {"plan", "experiment.yaml"}, environment);
  EXPECT_EQ(planned.code, 0) << planned.err;
  EXPECT_EQ(server.asked().size(), 0u);

  const Ended first =
      run(folder_, {"run", "experiment.yaml", "--out", "d", "--log-level", "debug"}, environment);
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("downloading hf:some-one/a.model/m.gguf from " + server.url()));
  EXPECT_EQ(server.count("GET"), 1u);
  expect_no_token(first);

  const Ended second = run(folder_, {"run", "experiment.yaml", "--out", "e"}, environment);
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_EQ(server.count("HEAD"), 1u) << "what is there is used without the network";
  const Ended listed = run(folder_, {"models", "list"}, environment);
  EXPECT_THAT(listed.out, HasSubstr("hf:some-one/a.model/m.gguf"));
}

TEST_F(Download, PullsAndPrintsThePath) {
  const Hub server(FileAnswers{content_});
  const Ended ended =
      run(folder_, {"models", "pull", "hf:some-one/a.model/m.gguf@v2"}, environment(server));
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, (folder_ / "cache/models/hf/some-one/a.model/v2/m.gguf").string() + "\n");
  expect_no_token(ended);
}

TEST_F(Download, ARefusedRunLeavesNoRecordOfTheFile) {
  const Hub server([](const ServerRequest&) { return Reply{.status = 401}; });
  const Ended ended = run(folder_, {"run", "experiment.yaml", "--out", "d"}, environment(server));
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("HF_TOKEN"));
  expect_no_token(ended);
  EXPECT_FALSE(fs::exists(folder_ / "d/syndisco.db"));
}

TEST_F(Download, InterruptedGoesOnWithTheNextCommand) {
  std::atomic<bool> begun = false;
  std::atomic<bool> slow = true;
  const Hub server([&](const ServerRequest& asked) {
    Reply reply = FileAnswers{content_}(asked);
    // Half of it, and then nothing more.
    if (asked.method == "GET" && slow) {
      if (asked.headers.contains("range")) return Reply{.status = 503};
      reply.fault = Reply::Fault::kCloseInBody;
      begun = true;
    }
    return reply;
  });
  const std::string part = (folder_ / "cache/models/hf/some-one/a.model/main/m.gguf.part").string();
  Program program(folder_, {"models", "pull", "hf:some-one/a.model/m.gguf"}, environment(server));
  ASSERT_TRUE(eventually([&] {
    std::error_code ignored;
    return begun && fs::exists(part) && fs::file_size(part, ignored) > 0;
  }));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().code, 130);
  ASSERT_TRUE(fs::exists(part));
  slow = false;
  const Ended second =
      run(folder_, {"models", "pull", "hf:some-one/a.model/m.gguf"}, environment(server));
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_TRUE(server.asked().back().headers.contains("range"));
}

// ---- no sockets but where they are asked for ----

/// From now on the process is killed (SIGSYS) when it asks for a socket.
void forbid_sockets() {
  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socketpair, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(rules)), rules};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    _exit(99);
}

TEST_F(Download, ARunWithALocalModelOpensNoSocket) {
  std::string local = folder_.read("experiment.yaml");
  local.replace(local.find("hf:some-one/a.model/m.gguf"), 26, model_.string());
  folder_.write("local.yaml", local);
  const Hub server(FileAnswers{content_});
  const auto environment = this->environment(server);
  const Ended ended =
      Program(folder_, {"run", "local.yaml", "--out", "d"}, environment, forbid_sockets).wait();
  if (ended.code == 99) GTEST_SKIP() << "this system has no seccomp";
  EXPECT_EQ(ended.code, 0) << ended.err;
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"plan", "experiment.yaml"},
                                             {"status", "d"},
                                             {"show", "d"},
                                             {"export", "d", "--out", "x.csv"},
                                             {"models", "list"},
                                             {"models", "inspect", model_.string()}}) {
    const Ended other = Program(folder_, arguments, environment, forbid_sockets).wait();
    EXPECT_EQ(other.code, 0) << arguments[0] << other.err;
  }
  // What does ask for one is caught by this test.
  const Ended pulling =
      Program(folder_, {"run", "experiment.yaml", "--out", "e"}, environment, forbid_sockets)
          .wait();
  EXPECT_EQ(pulling.code, 128 + SIGSYS);
}

}  // namespace
}  // namespace syndisco::test
