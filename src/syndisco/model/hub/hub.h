#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "syndisco/model/hub/download.h"
#include "syndisco/model/hub/hub_file.h"

namespace syndisco {

/// Which hub is asked, and as whom.
struct HubAccess {
  std::string endpoint;  ///< address without a slash at the end
  std::string token;     ///< sent to the endpoint's host alone; "": none
  double pause = 1;      ///< as Download::pause
};

/// HF_ENDPOINT, else the hub's own address, and HF_TOKEN, which the log hides from now on. Throws
/// InputError for an endpoint that is no http or https address.
HubAccess hub_access_from_environment();

/// Downloads a file into the cache unless it is there, and returns its place. Nothing is asked of
/// the network where it is there. Throws EnvironmentError with a hint, Cancelled.
std::filesystem::path pull(const HubFile& file, const HubAccess& access,
                           const DownloadProgress& progress, std::stop_token stop);

/// Paths of all files of a repository. Throws as `pull`.
std::vector<std::string> list_repository(const HubFile& repository, const HubAccess& access,
                                         std::stop_token stop);

}  // namespace syndisco
