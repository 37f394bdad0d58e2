#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "syndisco/api/api.h"

namespace syndisco::api::testing {

/// Says "1", "2", ... and keeps what it was asked. With `answer` it says that instead.
class Counting : public BaseModel {
 public:
  explicit Counting(std::string name = "counting", std::function<std::string()> answer = {})
      : BaseModel(std::move(name)), answer_(std::move(answer)) {}

  std::vector<std::string> systems, users;

 protected:
  std::string generate_response(const std::string& system, const std::string& user) override {
    systems.push_back(system);
    users.push_back(user);
    return answer_ ? answer_() : std::to_string(users.size());
  }

 private:
  std::function<std::string()> answer_;
};

inline Actor user(std::shared_ptr<Model> model, const std::string& name) {
  return {.model = std::move(model), .name = name};
}

inline Actor annotator(std::shared_ptr<Model> model, const std::string& name) {
  return {.model = std::move(model), .name = name, .actor_type = ActorType::kAnnotator};
}

/// "ann: 1", "ben: 2", ...
inline std::vector<std::string> said(const std::vector<Turn>& turns) {
  std::vector<std::string> lines;
  for (const Turn& turn : turns) lines.push_back(turn.name + ": " + turn.text);
  return lines;
}

/// The report of an InputError; "" where nothing was wrong.
inline std::string refusal(const std::function<void()>& run) {
  try {
    run();
    return "";
  } catch (const InputError& error) {
    return error.report();
  }
}

/// A folder of one's own for a test, gone with it.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "api-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace syndisco::api::testing
