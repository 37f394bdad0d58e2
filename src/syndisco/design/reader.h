#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/design/document.h"

namespace syndisco {

/// 'text' in quotes for a message: control characters escaped, cut after 40 characters.
std::string in_quotes(std::string_view text);

/// "a", "a or b", "a, b or c".
std::string one_of_these(std::span<const std::string> words);

/// One value of a document, with where it stands and what messages call it. Cheap to copy; the
/// document outlives it. Every reading function throws InputError "LABEL must be ..., but is ..."
/// at the value where it is something else.
class Field {
 public:
  Field(const Document& document, const Json& value, std::string pointer, std::string label)
      : document_(&document),
        value_(&value),
        pointer_(std::move(pointer)),
        label_(std::move(label)) {}

  /// The whole document.
  explicit Field(const Document& document)
      : Field(document, document.root(), "", document.name()) {}

  const Json& json() const { return *value_; }
  const Document& document() const { return *document_; }
  const std::string& label() const { return label_; }
  bool is_null() const { return value_->is_null(); }
  Place place() const { return document_->place(pointer_); }
  Place name_place() const { return document_->name_place(pointer_); }

  const std::string& text() const;
  /// A text that is not blank.
  const std::string& name() const;
  bool boolean() const;
  int whole(int lowest, int highest = std::numeric_limits<int>::max()) const;
  std::int64_t whole64() const;
  std::uint64_t unsigned64() const;
  /// A finite number; `words` says which ones `allowed` lets pass, such as "between 0 and 1".
  double number(std::string_view words, bool (*allowed)(double)) const;
  const std::string& one_of(std::span<const std::string> words) const;
  std::vector<Field> items() const;
  std::vector<Field> members() const;

  /// Throws "LABEL must be WORDS, but is VALUE".
  [[noreturn]] void refuse(std::string_view words, std::string hint = {}) const;
  [[noreturn]] void fail(const std::string& message, std::string hint = {}) const;
  [[noreturn]] void fail_at_name(const std::string& message, std::string hint = {}) const;

 private:
  const Document* document_;
  const Json* value_;
  std::string pointer_;
  std::string label_;
};

/// A mapping whose keys are known. Throws InputError at the first that is not, with what may have
/// been meant.
class Mapping {
 public:
  Mapping(const Field& field, std::span<const std::string> known);

  const Field& field() const { return field_; }
  const std::vector<Field>& members() const { return members_; }

  /// The member, or nullptr where the key is absent.
  const Field* find(std::string_view name) const;
  /// The member. Throws InputError "LABEL needs NAME" where the key is absent.
  const Field& require(std::string_view name, std::string hint = {}) const;

 private:
  Field field_;
  std::vector<Field> members_;
};

/// Throws InputError at the member's name: "unknown key 'x' in WHERE", with the nearest known key
/// or all of them.
[[noreturn]] void unknown_key(const Field& member, std::string_view where,
                              std::span<const std::string> known);

}  // namespace syndisco
