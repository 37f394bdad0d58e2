#include "syndisco/design/yaml.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <sstream>
#include <unordered_set>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "syndisco/base/printable.h"

namespace syndisco {
namespace {

constexpr std::size_t kMostValues = 1'000'000;
constexpr std::size_t kMostBytes = std::size_t{256} << 20U;
constexpr int kMostLevels = 1'000;
constexpr std::string_view kAliasHint = "aliases count as often as they are used";

// ---- scalars of the core schema

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kDigits = "0123456789";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// The whole number of these digits; nothing where 64 bits are too few and the base is not ten.
std::optional<Json> whole_number(std::string_view digits, bool negative, int base) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error == std::errc()) {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (value <= kMost) {
      const auto number = static_cast<std::int64_t>(value);
      return Json(negative ? -number : number);
    }
    if (negative && value == kMost + 1) return Json(std::numeric_limits<std::int64_t>::min());
    return Json(BigInteger{(negative ? "-" : "") + std::to_string(value)});
  }
  if (base != 10) return std::nullopt;
  return Json(BigInteger{(negative ? "-" : "") + std::string(digits)});
}

std::optional<Json> as_integer(std::string_view text) {
  if (text.starts_with("0x") && all_of(text.substr(2), "0123456789abcdefABCDEF"))
    return whole_number(text.substr(2), false, 16);
  if (text.starts_with("0o") && all_of(text.substr(2), "01234567"))
    return whole_number(text.substr(2), false, 8);
  const bool signed_ = text.starts_with('-') || text.starts_with('+');
  const std::string_view digits = text.substr(signed_ ? 1 : 0);
  if (!all_of(digits, kDigits)) return std::nullopt;
  return whole_number(digits, text.front() == '-', 10);
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool looks_like_float(std::string_view text) {
  const auto take_digits = [&text] {
    const std::size_t count = std::min(text.find_first_not_of(kDigits), text.size());
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t before = take_digits();
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (take_digits() == 0 && before == 0) return false;
  } else if (before == 0) {
    return false;
  }
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return all_of(text, kDigits);
}

std::optional<Json> as_float(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::string_view rest = text;
  if (negative || text.starts_with('+')) rest.remove_prefix(1);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (is_one_of(rest, {".inf", ".Inf", ".INF"})) return Json(negative ? -kInfinity : kInfinity);
  if (is_one_of(text, {".nan", ".NaN", ".NAN"}))
    return Json(std::numeric_limits<double>::quiet_NaN());
  if (!looks_like_float(text)) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error == std::errc::result_out_of_range) {
    const bool tiny = rest.find("e-") != rest.npos || rest.find("E-") != rest.npos;
    value = tiny ? 0 : kInfinity;
  }
  return Json(negative ? -value : value);
}

std::optional<Json> as_boolean(std::string_view text) {
  if (is_one_of(text, {"true", "True", "TRUE"})) return Json(true);
  if (is_one_of(text, {"false", "False", "FALSE"})) return Json(false);
  return std::nullopt;
}

bool is_null_word(std::string_view text) {
  return is_one_of(text, {"", "~", "null", "Null", "NULL"});
}

Json plain_scalar(const std::string& text) {
  if (is_null_word(text)) return nullptr;
  if (auto value = as_boolean(text)) return *value;
  if (auto value = as_integer(text)) return *value;
  if (auto value = as_float(text)) return *value;
  return text;
}

// ---- the tree that the events build

constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";

struct Node {
  enum class Kind { kNull, kScalar, kList, kMapping };
  Kind kind = Kind::kNull;
  YAML::Mark mark;
  std::string tag;                 // "?" plain, "!" quoted
  std::string text;                // of a scalar
  std::vector<const Node*> items;  // of a mapping: name, value, name, value, ...
  bool complete = true;
  // With all that is inside, aliases counted as often as they are used.
  std::size_t values = 1;
  std::size_t bytes = 0;
  int levels = 0;
};

YamlPlaces::Mark place_of(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  const Node* root() const { return root_; }

  /// The list or mapping that is being read, or nullptr.
  const Node* open() const { return open_.empty() ? nullptr : open_.back(); }

  [[noreturn]] void fail(const YAML::Mark& mark, std::string message, std::string hint = {}) const {
    const YamlPlaces::Mark at = place_of(mark);
    throw InputError(std::move(message), Place{name_, at.line, at.column, {}}, std::move(hint));
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_ != nullptr) second_document(mark);
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Node* node = make(Node::Kind::kNull, mark, "?", anchor);
    add(node);
    count(*node, mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Node* target = anchors_[anchor];
    if (!target->complete) fail(mark, "an alias stands inside what it refers to");
    add(target);
    count(*target, mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (tag != "?") check_closing_quote(mark);
    Node* node = make(Node::Kind::kScalar, mark, tag, anchor);
    node->text = value;
    node->bytes = value.size();
    add(node);
    count(*node, mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    start(make(Node::Kind::kList, mark, tag, anchor), "seq");
  }
  void OnSequenceEnd() override { finish(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    start(make(Node::Kind::kMapping, mark, tag, anchor), "map");
  }
  void OnMapEnd() override {
    check_names(*open_.back());
    finish();
  }

 private:
  Node* make(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    Node& node = nodes_.emplace_back();
    node.kind = kind;
    node.mark = mark;
    node.tag = tag;
    if (anchor != 0) anchors_[anchor] = &node;
    return &node;
  }

  void add(const Node* node) {
    if (open_.empty()) {
      root_ = node;
      return;
    }
    Node& parent = *open_.back();
    if (parent.kind == Node::Kind::kMapping && parent.items.size() % 2 == 0 &&
        node->kind != Node::Kind::kScalar) {
      fail(node->mark, "the name of a member must be a text",
           "braces and brackets inside a text need quotes around it");
    }
    parent.items.push_back(node);
  }

  void start(Node* node, std::string_view core_name) {
    if (node->tag != "?" && node->tag != "!" &&
        node->tag != std::string(kCoreTag).append(core_name))
      fail(node->mark, "unknown tag " + printable_line(node->tag), "leave the tag out");
    add(node);
    node->complete = false;
    open_.push_back(node);
  }

  void finish() {
    Node& node = *open_.back();
    node.complete = true;
    open_.pop_back();
    count(node, node.mark);
  }

  /// Adds what is complete to what it is in.
  void count(const Node& node, const YAML::Mark& mark) const {
    if (open_.empty()) return;
    Node& parent = *open_.back();
    parent.values += node.values;
    parent.bytes += node.bytes;
    parent.levels = std::max(parent.levels, node.levels + 1);
    if (parent.values > kMostValues)
      fail(mark, "the file holds more than 1,000,000 values", std::string(kAliasHint));
    if (parent.bytes > kMostBytes)
      fail(mark, "the file holds more than 256 MiB of text", std::string(kAliasHint));
    if (parent.levels > kMostLevels) fail(mark, "nested more than 1,000 levels deep");
  }

  void check_names(const Node& mapping) const {
    std::unordered_map<std::string_view, const Node*> seen;
    for (std::size_t i = 0; i < mapping.items.size(); i += 2) {
      const Node& key = *mapping.items[i];
      const auto [first, is_new] = seen.emplace(key.text, &key);
      if (is_new) continue;
      fail(key.mark, "duplicate key '" + printable_line(key.text) + "'",
           "the first is in line " + std::to_string(first->second->mark.line + 1) +
               "; keep one of them");
    }
  }

  /// yaml-cpp takes the end of the file for a closing quote.
  void check_closing_quote(const YAML::Mark& mark) const {
    std::size_t i = mark.pos < 0 ? text_.size() : static_cast<std::size_t>(mark.pos);
    while (i < text_.size() && (text_[i] == '!' || text_[i] == '&')) {
      i = text_.find_first_of(" \t\r\n", i);
      i = text_.find_first_not_of(" \t\r\n", i);
    }
    if (i >= text_.size() || (text_[i] != '"' && text_[i] != '\'')) return;
    const char quote = text_[i];
    for (++i; i < text_.size(); ++i) {
      if (quote == '"' && text_[i] == '\\') {
        ++i;
      } else if (text_[i] == quote) {
        if (quote == '"' || i + 1 >= text_.size() || text_[i + 1] != quote) return;
        ++i;
      }
    }
    fail(mark, "invalid YAML: the quoted text that begins here has no closing quote");
  }

  [[noreturn]] void second_document(const YAML::Mark& mark) const {
    std::size_t start = mark.pos <= 0 ? 0 : static_cast<std::size_t>(mark.pos);
    const std::string_view before = text_.substr(0, std::min(start, text_.size()));
    const bool separated = text_.substr(before.size()).starts_with("---") ||
                           before.find("\n---") != before.npos ||
                           before.find("\n...") != before.npos;
    if (separated) fail(mark, "the file holds a second YAML document", "write one file for each");
    fail(mark, "invalid YAML: this does not continue what stands above it",
         "check the indentation of this line and of those above");
  }

  std::string_view text_;
  const std::string& name_;
  std::deque<Node> nodes_;  // never moves
  std::unordered_map<YAML::anchor_t, const Node*> anchors_;
  std::vector<Node*> open_;
  const Node* root_ = nullptr;
};

// ---- from the tree to a Json

class Converter {
 public:
  Converter(const TreeBuilder& tree, YamlPlaces& places) : tree_(tree), places_(places) {}

  Json convert(const Node& node, const std::string& pointer) {
    remember(node, pointer);
    switch (node.kind) {
      case Node::Kind::kNull:
        return nullptr;
      case Node::Kind::kScalar:
        return scalar(node);
      case Node::Kind::kList:
        return list(node, pointer);
      case Node::Kind::kMapping:
        return mapping(node, pointer);
    }
    return nullptr;
  }

 private:
  struct Member {
    const Node* name;
    const Node* value;
  };

  /// Pointers repeat the names around them, so long names around many values would fill the memory.
  void remember(const Node& node, const std::string& pointer) {
    bytes_ += pointer.size();
    if (bytes_ > kMostBytes)
      tree_.fail(node.mark, "names this long around this many values are too much to keep",
                 "shorten the names");
    places_.values[pointer] = place_of(node.mark);
  }

  Json scalar(const Node& node) const {
    if (node.tag == "?") return plain_scalar(node.text);
    if (node.tag == "!") return node.text;
    std::optional<Json> value;
    const std::string_view tag = node.tag;
    const std::string_view type = tag.starts_with(kCoreTag) ? tag.substr(kCoreTag.size()) : "";
    if (type == "str") {
      value = node.text;
    } else if (type == "int") {
      value = as_integer(node.text);
    } else if (type == "float") {
      value = as_float(node.text);
    } else if (type == "bool") {
      value = as_boolean(node.text);
    } else if (type == "null") {
      if (is_null_word(node.text)) value = nullptr;
    } else {
      tree_.fail(node.mark, "unknown tag " + printable_line(node.tag), "leave the tag out");
    }
    if (!value) tree_.fail(node.mark, "this is not what its tag !!" + std::string(type) + " says");
    return *value;
  }

  Json list(const Node& node, const std::string& pointer) {
    JsonArray items;
    items.reserve(node.items.size());
    for (const Node* item : node.items)
      items.push_back(convert(*item, pointer + "/" + std::to_string(items.size())));
    return items;
  }

  Json mapping(const Node& node, const std::string& pointer) {
    JsonObject members;
    for (const Member& member : flatten(node)) {
      const std::string inner = pointer_join(pointer, member.name->text);
      places_.names[inner] = place_of(member.name->mark);
      members.emplace_back(member.name->text, convert(*member.value, inner));
      // An empty value has no place of its own.
      if (member.value->kind == Node::Kind::kNull) places_.values[inner] = places_.names[inner];
    }
    return members;
  }

  /// The members with those that `<<` brings in, which come first and yield to the mapping's own.
  std::vector<Member> flatten(const Node& mapping) {
    std::vector<Member> members;
    std::unordered_map<std::string_view, std::size_t> at;
    const auto put = [&](const Member& member, bool replace) {
      const auto [found, is_new] = at.emplace(member.name->text, members.size());
      if (is_new) members.push_back(member);
      if (!is_new && replace) members[found->second] = member;
    };
    for (std::size_t i = 0; i < mapping.items.size(); i += 2) {
      if (!is_merge(*mapping.items[i])) continue;
      for (const Node* merged : merge_sources(*mapping.items[i + 1])) {
        for (const Member& member : flatten(*merged)) {
          put(member, false);
        }
      }
    }
    for (std::size_t i = 0; i < mapping.items.size(); i += 2)
      if (!is_merge(*mapping.items[i])) put({mapping.items[i], mapping.items[i + 1]}, true);
    return members;
  }

  static bool is_merge(const Node& name) { return name.text == "<<" && name.tag == "?"; }

  std::vector<const Node*> merge_sources(const Node& value) const {
    std::vector<const Node*> sources;
    if (value.kind == Node::Kind::kList) {
      sources = value.items;
    } else {
      sources.push_back(&value);
    }
    for (const Node* source : sources)
      if (source->kind != Node::Kind::kMapping)
        tree_.fail(source->mark, "<< merges a mapping, or a list of mappings",
                   "write `<<: *anchor`, or quote the name");
    return sources;
  }

  const TreeBuilder& tree_;
  YamlPlaces& places_;
  std::size_t bytes_ = 0;
};

// ---- what yaml-cpp says, in our words

bool line_begins_with_tab(std::string_view text, int line) {
  std::size_t start = 0;
  for (int i = 0; i < line; ++i) {
    start = text.find('\n', start);
    if (start == std::string_view::npos) return false;
    ++start;
  }
  const std::size_t end = std::min(text.find_first_not_of(" \t", start), text.size());
  return text.substr(start, end - start).find('\t') != std::string_view::npos;
}

[[noreturn]] void explain(const YAML::ParserException& error, std::string_view text,
                          const TreeBuilder& tree) {
  const std::string_view said = error.msg;
  const auto has = [said](std::string_view words) { return said.find(words) != said.npos; };
  // Its own place is the end of what it looked ahead to.
  if (said == "bad file" && tree.open() != nullptr)
    tree.fail(tree.open()->mark, "invalid YAML: nested too deeply");
  if (has("flow not found") && tree.open() != nullptr) {
    const bool list = tree.open()->kind == Node::Kind::kList;
    tree.fail(tree.open()->mark,
              std::string("invalid YAML: the ") + (list ? "list" : "mapping") +
                  " that begins here is not closed",
              list ? "check that a ] ends it, with commas in between"
                   : "check that a } ends it, with commas in between");
  }
  std::string hint;
  std::string message = "invalid YAML: ";
  if (line_begins_with_tab(text, error.mark.line)) hint = "indent with blanks, not with tabs";
  if (has("unknown token")) {
    message += "a text cannot begin with this character";
    if (hint.empty()) hint = "put the text in quotes";
  } else if (has("illegal map value")) {
    message += "a colon where no key can stand";
    if (hint.empty())
      hint = "a text that holds ': ' needs quotes; keys of one mapping begin in the same column";
  } else if (has("end of map not found")) {
    message += "expected the next `key: value`";
    if (hint.empty()) hint = "keys of one mapping begin in the same column, each with a colon";
  } else if (has("end of sequence not found")) {
    message += "expected the next `- item`";
    if (hint.empty()) hint = "items of one list begin in the same column, each with a dash";
  } else if (has("invalid unicode")) {
    message += error.msg;
    hint = "write the character itself, or \\U and eight hex digits";
  } else {
    message += error.msg;
  }
  tree.fail(error.mark, message, hint);
}

}  // namespace

Json parse_yaml(std::string_view text, const std::string& name, YamlPlaces& places) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  TreeBuilder tree(text, name);
  try {
    while (parser.HandleNextDocument(tree)) {
    }
  } catch (const YAML::ParserException& error) {
    explain(error, text, tree);
  }
  if (tree.root() == nullptr) throw InputError("the file is empty", Place{name, 0, 0, {}});
  return Converter(tree, places).convert(*tree.root(), "");
}

}  // namespace syndisco
