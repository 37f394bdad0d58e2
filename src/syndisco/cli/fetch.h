#pragma once

#include <stop_token>

#include "syndisco/cli/terminal.h"
#include "syndisco/model/hub/hub.h"
#include "syndisco/record/plan.h"

namespace syndisco::cli {

/// Downloads the models that the plan takes from a hub and that are not in the cache. It is said in
/// the log: nothing else of a run with local models uses the network. Throws as `pull`.
void fetch_models(const Plan& plan, const Terminal& terminal, bool quiet, std::stop_token stop);

/// How far a download is, `what` before it: a line that redraws itself on a terminal, else a log
/// line now and then. Draws nothing when `quiet`.
DownloadProgress show_download(const Terminal& terminal, bool quiet, std::string what);

}  // namespace syndisco::cli
