#include "syndisco/design/files.h"

#include <utility>

#include "syndisco/base/file.h"
#include "syndisco/base/hash.h"
#include "syndisco/design/corpus.h"
#include "syndisco/design/keys.h"
#include "syndisco/text/unicode.h"

namespace syndisco {

std::string InputFiles::shown(const std::string& path) const {
  return (folder_ / path).lexically_normal().string();
}

InputFiles::File& InputFiles::file(const Field& path) {
  const std::string& written = path.name();
  if (const auto found = files_.find(written); found != files_.end()) return found->second;
  if (written.find('\0') != std::string::npos) path.refuse("a path");
  std::string bytes;
  try {
    bytes = read_file(folder_ / written);
  } catch (const Error& error) {
    path.fail(error.what(),
              error.hint().empty() ? "paths are relative to the experiment file" : error.hint());
  }
  File& file = files_[written];
  file.sha256 = sha256_hex(bytes);
  used_.push_back({written, file.sha256});
  file.text = checked_utf8(std::move(bytes), shown(written));
  return file;
}

const std::string& InputFiles::text(const Field& path) {
  return file(path).text;
}

const Document& InputFiles::document(const Field& path) {
  File& named = file(path);
  if (!named.document) {
    named.document = std::make_unique<Document>(shown(path.json().string()), named.text,
                                                syntax_of(path.json().string()));
  }
  return *named.document;
}

const std::shared_ptr<const CommentCorpus>& InputFiles::corpus(const Field& path) {
  File& named = file(path);
  if (!named.corpus) {
    const std::string& written = path.json().string();
    named.corpus = std::make_shared<CommentCorpus>(
        parse_corpus({.path = written, .sha256 = named.sha256}, named.text, shown(written)));
  }
  return named.corpus;
}

std::vector<std::shared_ptr<const CommentCorpus>> InputFiles::corpora() const {
  std::vector<std::shared_ptr<const CommentCorpus>> all;
  for (const auto& [path, file] : files_)
    if (file.corpus) all.push_back(file.corpus);
  return all;
}

Text read_text(const Field& field, InputFiles& files) {
  if (field.json().is_string()) return {field.json().string(), field.place()};
  if (!field.json().is_object()) {
    field.refuse("a text or {file: PATH}", field.json().is_bool() || field.json().is_number()
                                               ? "put it in quotes to make it a text"
                                               : "");
  }
  const Mapping mapping(field, keys::kFile);
  const Field& path = mapping.require("file");
  Text result{files.text(path), Place{files.shown(path.text()), 0, 0, {}}};
  if (result.text.ends_with('\n')) result.text.pop_back();
  if (result.text.ends_with('\r')) result.text.pop_back();
  return result;
}

std::vector<std::string> read_texts(const Field& field, InputFiles& files, bool empty_allowed) {
  std::vector<std::string> texts;
  const auto add = [&](const Field& item) {
    texts.push_back(read_text(item, files).text);
    if (texts.back().empty() && !empty_allowed) item.fail(item.label() + " is an empty text");
  };
  if (field.json().is_array()) {
    for (const Field& item : field.items()) add(item);
  } else if (field.json().is_string() || field.json().is_object()) {
    add(field);
  } else {
    field.refuse("a text or a list of texts", field.is_null() ? "an empty list is written []" : "");
  }
  return texts;
}

std::optional<Field> path_in(const Field& field) {
  if (field.json().is_string()) return field;
  const Json* path = field.json().find("file");
  if (path == nullptr || field.json().object().size() != 1) return std::nullopt;
  return field.members().front();
}

Json read_checked(const Field& field, InputFiles& files,
                  void (*check)(const Json& json, const Place& place)) {
  const std::optional<Field> path = path_in(field);
  const Field found = path ? Field(files.document(*path)) : field;
  try {
    check(found.json(), found.place());
  } catch (const InputError& error) {
    throw InputError(error.what(), found.document().place(error.place().pointer), error.hint());
  }
  return found.json();
}

}  // namespace syndisco
