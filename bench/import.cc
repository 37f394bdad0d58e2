// How long the import of a folder takes: reading, checking against what would be written again,
// the journal and the files, all on the disk. Makes discussions in the form of 2.0 itself: 24
// folders of 30, 28 comments each, about 16 MB in all; or takes a folder.
//
//   bench_import [FOLDER] [TIMES]     TIMES: imports into a new directory each, default 5

#include "syndisco/dataset/import.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "syndisco/base/file.h"
#include "syndisco/dataset/published.h"

namespace {

using namespace syndisco;
namespace fs = std::filesystem;

constexpr int kFolders = 24;
constexpr int kDiscussions = 30;
constexpr int kComments = 28;

DiscussionRecord example(int folder, int number) {
  DiscussionRecord record;
  record.job.id = "bench." + std::to_string(folder) + "." + std::to_string(number);
  record.status = Status::kCompleted;
  for (int i = 0; i < 7; ++i) {
    ActorSpec actor;
    actor.name = "user-" + std::to_string(i);
    actor.persona = JsonObject{{"username", actor.name}, {"age", 20 + i}};
    actor.context = "You take part in an online forum, as the person described.";
    actor.instructions = std::string(600, 'i');
    record.job.participants.push_back(actor);
  }
  for (int i = 0; i < kComments; ++i) {
    Turn turn;
    turn.step = static_cast<std::uint64_t>(i);
    turn.name = record.job.participants[static_cast<std::size_t>(i % 7)].name;
    turn.text = std::to_string(number) + " " + std::string(380, 't') + " \"Ω\"";
    turn.model = i < 2 ? "hardcoded" : "small";
    turn.kind = i < 2 ? TurnKind::kOpening : TurnKind::kUser;
    turn.time = "2026-01-02T03:04:00.000Z";
    record.turns.push_back(turn);
  }
  return record;
}

void make_folder(const fs::path& folder) {
  for (int each = 0; each < kFolders; ++each)
    for (int number = 0; number < kDiscussions; ++number)
      write_file_unsynced(
          folder / ("cell-" + std::to_string(each)) / (std::to_string(number) + ".json"),
          published_text(discussion_2_0(example(each, number))));
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  std::string name = (fs::temp_directory_path() / "bench-import-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 1;
  const fs::path scratch = name;
  const fs::path folder = argc > 1 ? fs::path(argv[1]) : scratch / "in";
  const int times = argc > 2 ? std::atoi(argv[2]) : 5;
  if (argc <= 1) make_folder(folder);
  for (int i = 0; i < times; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const Import import = read_import({folder}, {});
    const double read = seconds_since(start);
    write_import(import, scratch / ("run-" + std::to_string(i)));
    std::printf("%zu files: %.3f s (read %.3f s), %zu refused, %zu not kept whole\n",
                import.files.size(), seconds_since(start), read, import.refused.size(),
                import.losses.size());
  }
  fs::remove_all(scratch);
  return 0;
}
