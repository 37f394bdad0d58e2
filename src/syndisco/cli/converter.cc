#include "syndisco/cli/converter.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string_view>
#include <vector>

#include "syndisco/base/cache.h"
#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/hash.h"
#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"
#include "syndisco/cli/subprocess.h"
#include "syndisco/model/cache_files.h"

namespace syndisco::cli {
namespace {

namespace fs = std::filesystem;

/// What the converter imports, in the versions that this llama.cpp names. Not pinned by hash:
/// PyTorch has other files for every platform and index, and a smaller one without CUDA on its own
/// index.
constexpr std::string_view kRequirements = R"(torch==2.11.0
transformers==4.57.6
numpy==1.26.4
sentencepiece==0.2.1
protobuf==4.25.8
safetensors==0.6.2
pyyaml==6.0.3
)";

/// The converter lets some tokenizers load code from the model's folder; this never does.
constexpr std::string_view kLauncher = R"(import os, runpy, sys
import transformers

def without_foreign_code(load):
    def from_pretrained(*arguments, **options):
        options["trust_remote_code"] = False
        return load(*arguments, **options)
    return from_pretrained

for each in (transformers.AutoConfig, transformers.AutoTokenizer):
    each.from_pretrained = without_foreign_code(each.from_pretrained)
sys.argv = sys.argv[1:]
sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[0])))
runpy.run_path(sys.argv[0], run_name="__main__")
)";

fs::path log_file(const std::string& name) {
  const fs::path folder = fs::absolute(cache_directory()) / "logs";
  make_cache_folder(folder);
  return folder / name;
}

/// What most likely says why: from the last line of a log that names an error, else its last line.
std::string reason_in(const fs::path& log) {
  std::ifstream file(log);
  std::string reason;
  bool named = false;
  for (std::string line; std::getline(file, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const bool names =
        line.find("rror:") != std::string::npos || line.find("ERROR") != std::string::npos;
    if (names || !named)
      reason = line;
    else
      reason += " " + line;
    named = named || names;
  }
  constexpr std::size_t kShown = 300;
  return printable_line(reason.substr(0, kShown));
}

void run_or_fail(const std::string& what, const Command& command, std::stop_token stop) {
  std::error_code ignored;
  fs::remove(command.log, ignored);
  const int code = run_command(command, std::move(stop));
  if (code == 0) return;
  throw EnvironmentError(fmt::format("{} failed ({}): {}", what, code, reason_in(command.log)),
                         "all of it is in " + command.log.string());
}

}  // namespace

fs::path find_converter() {
  constexpr std::string_view kScript = "convert_hf_to_gguf.py";
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path beside =
      program.parent_path().parent_path() / "share" / "syndisco" / "llama.cpp" / kScript;
  for (const fs::path& path : {beside, fs::path(SYNDISCO_LLAMA_HOME) / kScript})
    if (fs::exists(path, error)) return path;
  throw EnvironmentError("llama.cpp's converter is not there: " + beside.string(),
                         "install the program with `cmake --install`, which brings it");
}

fs::path converter_python(std::stop_token stop) {
  const fs::path folder =
      fs::absolute(cache_directory()) / "python" / sha256_hex(kRequirements).substr(0, 12);
  const fs::path python = folder / "bin" / "python";
  const fs::path done = folder / "done";
  if (fs::exists(done)) return python;
  make_cache_folder(folder.parent_path());
  const FileLock lock(fs::path(folder.string() + ".lock"));
  if (fs::exists(done)) return python;
  log::info("", "making a Python environment for the converter in " + folder.string() +
                    ": PyTorch and Transformers, up to 5 GB, some minutes, once");
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  const fs::path log = log_file("convert-setup.log");
  run_or_fail(
      "making a Python environment (python3 -m venv)",
      {.arguments = {"python3", "-m", "venv", folder.string()}, .environment = {}, .log = log},
      stop);
  const fs::path requirements = folder / "requirements.txt";
  write_file_atomically(requirements, kRequirements);
  run_or_fail("installing the converter's packages with pip",
              {.arguments = {python.string(), "-m", "pip", "install", "--no-input",
                             "--disable-pip-version-check", "--progress-bar", "off",
                             "--only-binary=:all:", "-r", requirements.string()},
               .environment = {{"HF_TOKEN", ""}},
               .log = log},
              stop);
  write_file_atomically(done, "");
  return python;
}

void convert_model(const fs::path& folder, const fs::path& out, const std::string& type,
                   std::stop_token stop) {
  const fs::path script = find_converter();
  const fs::path python = converter_python(stop);
  log::info("", "converting " + folder.string());
  TemporaryFile partial(out.string() + ".partial");
  run_or_fail("converting " + printable_line(folder.string()),
              {.arguments = {python.string(), "-B", "-c", std::string(kLauncher), script.string(),
                             fs::absolute(folder).string(), "--outfile",
                             fs::absolute(partial.path()).string(), "--outtype", type},
               .environment = {{"HF_TOKEN", ""},
                               {"HF_HUB_OFFLINE", "1"},
                               {"TRANSFORMERS_OFFLINE", "1"},
                               {"PYTHONPATH", ""}},
               .log = log_file("convert.log")},
              stop);
  partial.keep_as(out);
}

}  // namespace syndisco::cli
