#include "syndisco/model/hub/hub.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

#include "syndisco/base/error.h"
#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"
#include "syndisco/text/json.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHub = "https://huggingface.co";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// As it stands between two slashes of a URL.
std::string encoded(std::string_view text, std::string_view also_kept) {
  constexpr std::string_view kKept =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kKept.find(c) != std::string_view::npos || also_kept.find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string repository_of(const HubFile& file) {
  return encoded(file.owner, "") + "/" + encoded(file.repository, "");
}

[[noreturn]] void explain(const DownloadRefused& refused, const HubFile& file,
                          const HubAccess& access) {
  const std::string what = file.name();
  const std::string said = *refused.what() == '\0' ? "" : std::string(": ") + refused.what();
  switch (refused.status()) {
    case 401:
    case 403:
      throw EnvironmentError(
          fmt::format("may not download {} ({}){}", what, refused.status(), said),
          access.token.empty()
              ? "it is private or has terms to agree to, or there is no such repository; put a "
                "token that may read it into the environment variable HF_TOKEN"
              : "the token in HF_TOKEN may not read it: agree to the terms on the model's page, or "
                "take another token");
    case 404:
      throw EnvironmentError(fmt::format("there is no {} at {}{}", what, access.endpoint, said),
                             "check owner, repository, file and revision, capital letters too");
    default:
      throw EnvironmentError(fmt::format("cannot download {}: {} answers {}{}", what,
                                         access.endpoint, refused.status(), said),
                             "HF_ENDPOINT chooses another hub");
  }
}

}  // namespace

HubAccess hub_access_from_environment() {
  HubAccess access;
  access.endpoint = variable("HF_ENDPOINT");
  access.token = variable("HF_TOKEN");
  log::keep_secret(access.token);
  if (access.endpoint.empty()) access.endpoint = kHub;
  while (access.endpoint.ends_with('/')) access.endpoint.pop_back();
  if (!access.endpoint.starts_with("https://") && !access.endpoint.starts_with("http://"))
    throw InputError("HF_ENDPOINT is no address: " + printable_line(access.endpoint), {},
                     "write it with https:// before it");
  for (const char c : access.token)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f)
      throw InputError("HF_TOKEN holds a blank or a line end", {},
                       "set it to the token alone; it is not shown here");
  return access;
}

fs::path pull(const HubFile& file, const HubAccess& access, const DownloadProgress& progress,
              std::stop_token stop) {
  const fs::path target = file.cached();
  if (fs::exists(target)) return target;
  HttpClient client;
  try {
    download(client,
             {.url = fmt::format("{}/{}/resolve/{}/{}", access.endpoint, repository_of(file),
                                 encoded(file.revision, ""), encoded(file.path, "/")),
              .token = access.token,
              .target = target,
              .progress = progress,
              .pause = access.pause},
             std::move(stop));
  } catch (const DownloadRefused& refused) {
    explain(refused, file, access);
  }
  return target;
}

std::vector<std::string> list_repository(const HubFile& repository, const HubAccess& access,
                                         std::stop_token stop) {
  HttpClient client;
  HttpRequest request;
  request.url = fmt::format("{}/api/models/{}/revision/{}", access.endpoint,
                            repository_of(repository), encoded(repository.revision, ""));
  request.redirects = 5;
  request.headers = {{"User-Agent", "syndisco"}};
  if (!access.token.empty())
    request.headers.emplace_back("Authorization", "Bearer " + access.token);
  request.timeouts.first_byte = 60;
  HttpResponse answer;
  try {
    answer = client.send(request, std::move(stop));
  } catch (const HttpError& error) {
    throw EnvironmentError("cannot ask for the files of " + repository.name() + ": " +
                           error.what());
  }
  if (answer.status != 200) explain(DownloadRefused(answer.status, ""), repository, access);
  std::vector<std::string> paths;
  try {
    const Json reply = parse_json(answer.body);
    const Json* files = reply.find("siblings");
    if (files == nullptr || !files->is_array()) throw InputError("no list of files");
    for (const Json& each : files->array())
      if (const std::string* path = each.find_string("rfilename")) paths.push_back(*path);
  } catch (const InputError& error) {
    throw EnvironmentError("the hub's answer about " + repository.name() +
                           " cannot be understood: " + error.what());
  }
  return paths;
}

}  // namespace syndisco
