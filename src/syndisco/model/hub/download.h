#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <stop_token>
#include <string>

#include "syndisco/model/http/http_client.h"

namespace syndisco {

/// Bytes that are there, and bytes there will be (0: not known). Called on a thread of the client.
using DownloadProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// One file to be fetched.
struct Download {
  std::string url;
  std::string token;  ///< sent to the host of `url` and to no other; "": none
  std::filesystem::path target;
  DownloadProgress progress = {};
  double pause = 1;  ///< seconds before the second try; twice as long before each further one
};

/// The server answered that it will not give the file.
class DownloadRefused : public std::runtime_error {
 public:
  DownloadRefused(int status, const std::string& reason)
      : std::runtime_error(reason), status_(status) {}
  int status() const noexcept { return status_; }

 private:
  int status_;
};

/// Fetches a file, so that `target` is never seen before it is complete, checked and durable.
///
/// What came so far stays in TARGET.part when it is broken off, by the network or by `stop`, and
/// the next call goes on there if the server still has the same file (by its ETag). Size and, where
/// the server tells it (an ETag, or an X-Linked-ETag, that is one), the SHA-256 are checked; a file
/// that changes meanwhile is fetched anew. Of several processes one fetches and the others wait.
/// Does nothing where `target` is there.
///
/// Throws DownloadRefused, EnvironmentError (no connection after several tries, no space, wrong
/// checksum), Cancelled.
void download(HttpClient& client, const Download& what, std::stop_token stop);

}  // namespace syndisco
