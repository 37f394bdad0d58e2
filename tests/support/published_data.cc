#include "support/published_data.h"

#include <stdlib.h>

#include <cstdlib>
#include <string>

#include "support/conformance.h"

namespace syndisco::testing {

namespace fs = std::filesystem;

PublishedData::PublishedData() {
  const auto recordings = conformance_dir();
  if (!recordings) return;
  const fs::path archive = *recordings / ".." / "data" / "published-main.tar.xz";
  if (!fs::exists(archive)) return;
  std::string name = (fs::temp_directory_path() / "published-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  const std::string unpack =
      "tar -xJf '" + archive.string() + "' -C '" + folder.string() + "' 2>/dev/null";
  if (std::system(unpack.c_str()) != 0) {
    fs::remove_all(folder);
    return;
  }
  folder_ = folder;
}

PublishedData::~PublishedData() {
  std::error_code ignored;
  if (folder_) fs::remove_all(*folder_, ignored);
}

}  // namespace syndisco::testing
