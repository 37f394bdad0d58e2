#include "syndisco/cli/fetch.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "syndisco/base/clock.h"
#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"
#include "syndisco/cli/models_commands.h"

namespace syndisco::cli {

DownloadProgress show_download(const Terminal& terminal, bool quiet, std::string what) {
  if (quiet) return {};
  const double period = terminal.progress ? 0.2 : 10;  // seconds between two drawings
  return [period, redraw = terminal.progress, what = std::move(what), started = monotonic_seconds(),
          last = monotonic_seconds(), before = std::uint64_t{0},
          first = true](std::uint64_t done, std::uint64_t total) mutable {
    const double now = monotonic_seconds();
    if (std::exchange(first, false)) before = done;  // what an earlier call fetched
    if (now - last < period && done != total) return;
    last = now;
    std::string text = fmt::format("{}  {}", what, size_text(done));
    if (total > 0) text += fmt::format(" of {}", size_text(total));
    if (now - started > 1)
      text += fmt::format("  {}/s", size_text(static_cast<std::uint64_t>(
                                        static_cast<double>(done - before) / (now - started))));
    if (!redraw) return log::info("", text);
    std::fputs(("\r" + printable_line(text) + "\x1b[K" + (done == total ? "\n" : "")).c_str(),
               stderr);
    std::fflush(stderr);
  };
}

void fetch_models(const Plan& plan, const Terminal& terminal, bool quiet, std::stop_token stop) {
  for (const ModelSpec& spec : plan.models) {
    if (!is_hub_name(spec.gguf)) continue;
    const HubFile file = hub_model(spec.gguf);
    if (std::filesystem::exists(file.cached())) continue;
    const HubAccess access = hub_access_from_environment();
    log::info("", fmt::format("downloading {} from {} (once)", spec.gguf, access.endpoint));
    pull(file, access, show_download(terminal, quiet, file.path), stop);
  }
}

}  // namespace syndisco::cli
