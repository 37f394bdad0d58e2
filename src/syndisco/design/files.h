#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "syndisco/design/reader.h"
#include "syndisco/record/plan.h"

namespace syndisco {

/// The files that an experiment file names: each is read once, hashed and remembered. What it hands
/// out lives as long as it does.
class InputFiles {
 public:
  /// `folder` is where relative paths begin: that of the experiment file.
  explicit InputFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The file of that path as messages call it.
  std::string shown(const std::string& path) const;

  /// The text of the file that `path` (a text) names, as it stands but for a byte order mark.
  /// Throws InputError where `path` stands if there is no such file, it is a folder or cannot be
  /// read.
  const std::string& text(const Field& path);

  /// The same file parsed, YAML or JSON by its ending.
  const Document& document(const Field& path);

  /// The same file as comments, see parse_corpus.
  const std::shared_ptr<const CommentCorpus>& corpus(const Field& path);

  /// All corpora read so far.
  std::vector<std::shared_ptr<const CommentCorpus>> corpora() const;

  /// All files read so far, in the order of first use, by their paths as written.
  const std::vector<InputFile>& used() const { return used_; }
  void add_used(InputFile file) { used_.push_back(std::move(file)); }

 private:
  struct File {
    std::string text;
    std::string sha256;
    std::unique_ptr<Document> document;
    std::shared_ptr<const CommentCorpus> corpus;
  };
  File& file(const Field& path);

  std::filesystem::path folder_;
  std::map<std::string, File> files_;
  std::vector<InputFile> used_;
};

/// A text of the experiment, given inline or as {file: PATH}.
struct Text {
  std::string text;
  Place place;  ///< of the text itself: in its own file if it has one
};

/// Reads either form; of a file one final line end is taken off.
Text read_text(const Field& field, InputFiles& files);

/// A text, or a list of them. None may be empty where `empty_allowed` is false.
std::vector<std::string> read_texts(const Field& field, InputFiles& files, bool empty_allowed);

/// The member `file` of a mapping that is nothing but {file: PATH}; the field itself where it is a
/// text; else nothing. For values that are structures, where a text is always a path.
std::optional<Field> path_in(const Field& field);

/// A structure given inline or by a path, that `check(json, place)` of another room judges. What
/// that throws gets the line and column in the file where the structure stands.
Json read_checked(const Field& field, InputFiles& files,
                  void (*check)(const Json& json, const Place& place));

}  // namespace syndisco
