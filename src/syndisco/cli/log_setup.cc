#include "syndisco/base/log.h"
#include "syndisco/cli/command.h"

namespace syndisco::cli {

void configure_log(const Global& global, const std::filesystem::path& run_directory, bool quiet) {
  log::Options options;
  options.level = log::level_from(global.log_level);
  options.file_level = options.level == log::Level::kDebug ? log::Level::kDebug : log::Level::kInfo;
  options.format = log::format_from(global.log_format);
  if (quiet && options.level < log::Level::kWarning) options.level = log::Level::kWarning;
  if (!global.log_dir.empty())
    options.directory = global.log_dir;
  else if (!run_directory.empty())
    options.directory = run_directory / "logs";
  log::configure(options);
}

}  // namespace syndisco::cli
