#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

#include "syndisco/base/printable.h"
#include "syndisco/base/utf8.h"
#include "syndisco/text/json.h"

namespace syndisco {
namespace {

constexpr std::size_t kDeepest = 1000;
/// Python reads no longer ones either (sys.get_int_max_str_digits).
constexpr std::size_t kMostDigits = 4300;

/// The library calls every number infinite that its float type cannot hold. Python's whole numbers
/// have no such limit; we convert the digits ourselves, and the wider type only keeps the library
/// from refusing them.
using Library = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t,
                                     std::uint64_t, long double>;

/// Tells how far the library has read.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}

  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator old = *this;
    ++*this;
    return old;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

bool is_blank_byte(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_number_byte(char c) {
  return is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/// Length of the longest prefix -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?, 0 where there is
/// none.
std::size_t number_length(std::string_view text) {
  std::size_t at = 0;
  const auto skip = [&](std::string_view any_of) {
    const bool there = at < text.size() && any_of.find(text[at]) != std::string_view::npos;
    if (there) ++at;
    return there;
  };
  const auto skip_digits = [&] {
    const std::size_t before = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at > before;
  };
  skip("-");
  if (!skip("0") && !skip_digits()) return 0;
  std::size_t good = at;
  if (skip(".") && skip_digits()) good = at;
  at = good;
  if (skip("eE")) {
    skip("+-");
    if (skip_digits()) good = at;
  }
  return good;
}

std::optional<unsigned> hex_value(std::string_view digits) {
  unsigned value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.size() != 4 || end.ec != std::errc{} || end.ptr != digits.data() + digits.size())
    return std::nullopt;
  return value;
}

/// What may come next where a text was found wrong.
enum class Expected { kValue, kValueOrClose, kName, kNameOrClose, kColon, kCommaOrClose, kEnd };

struct Problem {
  std::size_t offset;
  std::string message;
  std::string hint = {};
};

/// Finds out, in our words, what is wrong at the end of what could be read. The library only says
/// that something is.
class Diagnosis {
 public:
  /// `read_to`: end of the last good token. `in_list`: of the innermost open value.
  Diagnosis(std::string_view text, std::size_t read_to, Expected expected, bool in_list)
      : text_(text), at_(read_to), expected_(expected), in_list_(in_list) {}

  Problem run() {
    skip_blanks();
    bool after_comma = false;
    if (expected_ == Expected::kColon && byte() == ':') {
      step_over(Expected::kValue);
    } else if (expected_ == Expected::kCommaOrClose && byte() == ',') {
      step_over(in_list_ ? Expected::kValue : Expected::kName);
      after_comma = true;
    }

    if (is_digit(byte()) && at_ > 0 && text_[at_ - 1] == '0') {
      return {at_ - 1, "a number begins with a zero",
              "take out the zero, or put the digits in double quotes"};
    }
    const bool value_may_come =
        expected_ == Expected::kValue || expected_ == Expected::kValueOrClose;
    const bool name_may_come = expected_ == Expected::kName || expected_ == Expected::kNameOrClose;
    if (byte() == '"' && (value_may_come || name_may_come)) {
      if (auto problem = problem_in_string()) return *std::move(problem);
    }
    if (value_may_come && (is_digit(byte()) || byte() == '-')) return problem_in_number();

    Problem problem{at_, std::string("expected ") + wanted() + ", found " + found()};
    problem.hint = hint(after_comma, value_may_come, name_may_come);
    return problem;
  }

 private:
  /// The byte here, 0 at the end.
  char byte() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank_byte(text_[at_])) ++at_;
  }

  void step_over(Expected next) {
    ++at_;
    expected_ = next;
    skip_blanks();
  }

  const char* wanted() const {
    switch (expected_) {
      case Expected::kValue:
        return "a value";
      case Expected::kValueOrClose:
        return "a value or ']'";
      case Expected::kName:
        return "a name in double quotes";
      case Expected::kNameOrClose:
        return "a name in double quotes or '}'";
      case Expected::kColon:
        return "':'";
      case Expected::kCommaOrClose:
        return in_list_ ? "',' or ']'" : "',' or '}'";
      case Expected::kEnd:
        break;
    }
    return "the end of the text";
  }

  std::string_view word() const {
    std::size_t end = at_;
    while (end < text_.size() && end - at_ < 20 && (is_letter(text_[end]) || is_digit(text_[end])))
      ++end;
    return text_.substr(at_, end - at_);
  }

  std::string found() const {
    if (at_ == text_.size()) return "the end of the text";
    if (byte() == '"') return "a text";
    if (is_digit(byte())) return "a number";
    if (is_letter(byte())) return "'" + std::string(word()) + "'";
    const DecodedCharacter character = decode_utf8(text_, at_);
    if (!character.valid) return "bytes that are not UTF-8";
    return "'" + printable_line(text_.substr(at_, character.length)) + "'";
  }

  std::string hint(bool after_comma, bool value_may_come, bool name_may_come) const {
    if (at_ == text_.size()) return "";
    if (!decode_utf8(text_, at_).valid) return "save the file as UTF-8";
    if (after_comma && (byte() == ']' || byte() == '}')) return "take out the comma before it";
    if (byte() == '/' || byte() == '#') return "JSON has no comments";
    if (byte() == '\'' && (value_may_come || name_may_come)) return "texts stand in double quotes";
    if (name_may_come && is_letter(byte())) return "names stand in double quotes";
    if (!value_may_come) return "";
    const std::string_view literal = word();
    if (literal == "NaN" || literal == "Infinity")
      return "JSON has no such number; null may stand for it";
    if (literal == "None") return "JSON writes null";
    if (literal == "True" || literal == "False")
      return "JSON writes true and false in small letters";
    return is_letter(byte()) ? "texts stand in double quotes" : "";
  }

  std::optional<Problem> problem_in_string() const {
    std::size_t i = at_ + 1;
    while (i < text_.size() && text_[i] != '"') {
      const auto c = static_cast<unsigned char>(text_[i]);
      if (c == '\n') {
        return Problem{i, "a line ends inside a text",
                       "write \\n for a new line, or close the text with a double quote"};
      }
      if (c < 0x20) {
        return Problem{
            i,
            "the control character " + printable_line(text_.substr(i, 1)) + " stands inside a text",
            "write it as an escape: \\t, or \\u with four digits"};
      }
      if (c == '\\') {
        std::size_t length = 2;
        if (auto problem = problem_in_escape(i, length)) return problem;
        i += length;
        continue;
      }
      const DecodedCharacter character = decode_utf8(text_, i);
      if (!character.valid)
        return Problem{i, "a text holds bytes that are not UTF-8", "save the file as UTF-8"};
      i += character.length;
    }
    if (i >= text_.size())
      return Problem{at_, "the text that begins here is never closed", "add a double quote"};
    return std::nullopt;
  }

  /// `length` becomes the length of a good escape.
  std::optional<Problem> problem_in_escape(std::size_t i, std::size_t& length) const {
    constexpr std::string_view kSimple = "\"\\/bfnrt";
    if (i + 1 >= text_.size()) return std::nullopt;
    if (kSimple.find(text_[i + 1]) != std::string_view::npos) return std::nullopt;
    if (text_[i + 1] != 'u') {
      const std::size_t bytes = 1 + decode_utf8(text_, i + 1).length;
      return Problem{i, "'" + printable_line(text_.substr(i, bytes)) + "' is no escape of JSON",
                     "write two backslashes for a backslash"};
    }
    const std::optional<unsigned> unit = hex_value(text_.substr(i + 2, 4));
    if (!unit)
      return Problem{i, "\\u is not followed by four hexadecimal digits",
                     "write two backslashes for a backslash"};
    length = 6;
    if (*unit < 0xD800 || *unit > 0xDFFF) return std::nullopt;
    if (*unit <= 0xDBFF && i + 8 <= text_.size() && text_.substr(i + 6, 2) == "\\u") {
      const std::optional<unsigned> second = hex_value(text_.substr(i + 8, 4));
      if (second && *second >= 0xDC00 && *second <= 0xDFFF) {
        length = 12;
        return std::nullopt;
      }
    }
    return Problem{i,
                   "the escape " + std::string(text_.substr(i, 6)) + " is half of a surrogate pair",
                   "write both halves, or the character itself"};
  }

  /// The library gave no number here: either this is none, or it is beyond every range.
  Problem problem_in_number() const {
    constexpr std::size_t kShown = 30;
    std::size_t end = at_;
    while (end < text_.size() && (is_number_byte(text_[end]) || is_letter(text_[end]))) ++end;
    const std::string_view token = text_.substr(at_, end - at_);
    const std::string shown =
        std::string(token.substr(0, kShown)) + (token.size() > kShown ? "..." : "");
    if (number_length(token) == token.size()) return {at_, "the number " + shown + " is too large"};
    if (token == "-Infinity")
      return {at_, "'-Infinity' is no number of JSON", "null may stand for it"};
    return {at_, "'" + shown + "' is no number"};
  }

  std::string_view text_;
  std::size_t at_;
  Expected expected_;
  bool in_list_;
};

class Builder {
 public:
  Builder(std::string_view text, const std::string& name, JsonPlaces* places)
      : text_(text), name_(name), places_(places), furthest_(text.data()) {}

  Json run() {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kByteOrderMark)) {
      throw InputError("the text begins with a byte order mark", {name_, 1, 1, ""},
                       "save the file as UTF-8 without a byte order mark");
    }
    const bool read =
        Library::sax_parse(CountingIterator(text_.data(), &furthest_),
                           CountingIterator(text_.data() + text_.size(), &furthest_), this);
    // The library takes a NUL for the end of the text.
    const bool all = text_.find_first_not_of(" \t\n\r", read_to_) == std::string_view::npos;
    if (!read || !all) fail_here();
    return std::move(root_);
  }

  // What the library calls, in the order of the text. All return whether to go on.

  bool null() { return put(Json(), furthest()); }
  bool boolean(bool value) { return put(Json(value), furthest()); }
  bool number_integer(std::int64_t value) { return put(Json(value), number_end()); }
  bool number_unsigned(std::uint64_t value) { return put(Json(std::size_t{value}), number_end()); }
  bool number_float(long double value, const std::string&) {
    // Not the library's copy of the token, in which the decimal point may be that of the locale.
    const std::size_t start = token_start();
    const std::size_t end = number_end();
    const std::string_view token = text_.substr(start, end - start);
    if (token.find_first_of(".eE") == std::string_view::npos) {
      const std::size_t digits = token.size() - (token.front() == '-' ? 1 : 0);
      if (digits > kMostDigits) {
        fail({start, "a whole number has " + std::to_string(digits) + " digits, but at most " +
                         std::to_string(kMostDigits) + " can be read"});
      }
      return put(Json(BigInteger{std::string(token)}), end);
    }
    double number = 0;
    const auto converted = std::from_chars(token.data(), token.data() + token.size(), number);
    if (converted.ec == std::errc::result_out_of_range || !std::isfinite(number)) {
      if (std::fabs(value) > 1)
        fail({start, "the number " + std::string(token.substr(0, 30)) + " is too large"});
      number = token.front() == '-' ? -0.0 : 0.0;
    }
    return put(Json(number), end);
  }
  bool string(std::string& value) { return put(Json(std::move(value)), furthest()); }
  bool binary(Library::binary_t&) { return false; }

  bool start_object(std::size_t) { return open(Json(JsonObject{}), Expected::kNameOrClose); }
  bool start_array(std::size_t) { return open(Json(JsonArray{}), Expected::kValueOrClose); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    Frame& frame = stack_.back();
    JsonObject& members = frame.value->object();
    const std::size_t known = frame.position_of(name);
    frame.position = known;
    if (places_ != nullptr) append_to_pointer(name);
    if (known == members.size()) {
      frame.remember(name, known);
      members.emplace_back(std::move(name), Json());
    } else if (places_ != nullptr) {
      note_duplicate();
    }
    read_to_ = furthest();
    expected_ = Expected::kColon;
    return true;
  }

  template <typename Exception>
  bool parse_error(std::size_t, const std::string&, const Exception&) {
    return false;
  }

 private:
  /// A list or an object that is not closed yet.
  struct Frame {
    Json* value;
    std::size_t opened;          ///< offset of its bracket
    std::size_t pointer_length;  ///< of the pointer to it
    std::size_t position = 0;    ///< of the member that is being read
    std::unordered_map<std::string, std::size_t> positions = {};

    std::size_t position_of(const std::string& name) const {
      const JsonObject& members = value->object();
      if (members.size() <= kFew) {
        const auto found = std::find_if(members.begin(), members.end(),
                                        [&](const auto& m) { return m.first == name; });
        return static_cast<std::size_t>(found - members.begin());
      }
      const auto found = positions.find(name);
      return found == positions.end() ? members.size() : found->second;
    }

    /// Looking through all members is faster for few of them, and quadratic for many.
    void remember(const std::string& name, std::size_t at) {
      const JsonObject& members = value->object();
      if (members.size() < kFew) return;
      if (positions.empty()) {
        for (std::size_t i = 0; i < members.size(); ++i) positions.emplace(members[i].first, i);
      }
      positions.emplace(name, at);
    }

    static constexpr std::size_t kFew = 16;
  };

  std::size_t furthest() const { return static_cast<std::size_t>(furthest_ - text_.data()); }

  /// Of the token that was read last: what comes after the one before, but for blanks and
  /// separators.
  std::size_t token_start() const {
    std::size_t start = read_to_;
    while (start < text_.size() &&
           (is_blank_byte(text_[start]) || text_[start] == ',' || text_[start] == ':'))
      ++start;
    return start;
  }

  /// The library has read one character past a number, so its position does not tell.
  std::size_t number_end() const {
    const std::size_t start = token_start();
    return start + number_length(text_.substr(start));
  }

  /// Where the value that begins now belongs, with its place noted.
  Json* slot() {
    Json* where = &root_;
    if (!stack_.empty()) {
      Frame& frame = stack_.back();
      if (frame.value->is_array()) {
        where = &frame.value->array().emplace_back();
        if (places_ != nullptr) append_to_pointer(std::to_string(frame.value->array().size() - 1));
      } else {
        where = &frame.value->object()[frame.position].second;
      }
    }
    if (places_ != nullptr) note_place(token_start());
    return where;
  }

  void value_ended(std::size_t end) {
    read_to_ = end;
    expected_ = stack_.empty() ? Expected::kEnd : Expected::kCommaOrClose;
    pointer_.resize(stack_.empty() ? 0 : stack_.back().pointer_length);
  }

  bool put(Json value, std::size_t end) {
    *slot() = std::move(value);
    value_ended(end);
    return true;
  }

  bool open(Json empty, Expected next) {
    const std::size_t start = token_start();
    if (stack_.size() == kDeepest) {
      fail({start, "lists and objects are nested more than " + std::to_string(kDeepest) + " deep"});
    }
    Json* value = slot();
    *value = std::move(empty);
    stack_.push_back({value, start, pointer_.size()});
    read_to_ = furthest();
    expected_ = next;
    return true;
  }

  bool close() {
    stack_.pop_back();
    value_ended(furthest());
    return true;
  }

  void append_to_pointer(std::string_view name) {
    pointer_.resize(stack_.back().pointer_length);
    pointer_ = pointer_join(pointer_, name);
  }

  void note_place(std::size_t offset) {
    for (; counted_to_ < offset; counted_to_ += decode_utf8(text_, counted_to_).length) {
      if (text_[counted_to_] == '\n') {
        ++position_.line;
        position_.column = 1;
      } else {
        ++position_.column;
      }
    }
    places_->positions[pointer_] = position_;
  }

  void note_duplicate() {
    if (duplicates_.insert(pointer_).second) places_->duplicates.push_back(pointer_);
    // The value written earlier is replaced; so are the places of what stood inside it.
    auto& positions = places_->positions;
    auto inside = positions.lower_bound(pointer_ + "/");
    while (inside != positions.end() && inside->first.starts_with(pointer_ + "/"))
      inside = positions.erase(inside);
  }

  [[noreturn]] void fail(const Problem& problem) const {
    Place place{name_, 1, 1, ""};
    for (std::size_t i = 0; i < problem.offset && i < text_.size();
         i += decode_utf8(text_, i).length) {
      if (text_[i] == '\n') {
        ++place.line;
        place.column = 1;
      } else {
        ++place.column;
      }
    }
    throw InputError(problem.message, std::move(place), problem.hint);
  }

  [[noreturn]] void fail_here() const {
    const bool in_list = !stack_.empty() && stack_.back().value->is_array();
    Problem problem = Diagnosis(text_, read_to_, expected_, in_list).run();
    if (problem.offset >= text_.size() && !stack_.empty()) {
      const std::size_t opened = stack_.back().opened;
      const auto line =
          1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(opened), '\n');
      problem.hint = std::string("the '") + text_[opened] + "' of line " + std::to_string(line) +
                     " is not closed";
    }
    fail(problem);
  }

  std::string_view text_;
  const std::string& name_;
  JsonPlaces* places_;
  const char* furthest_;  ///< one past the last character that the library has taken

  Json root_;
  std::vector<Frame> stack_;
  std::string pointer_;  ///< of the value that is being read; kept up only where places are wanted
  std::size_t read_to_ = 0;  ///< end of the last good token
  Expected expected_ = Expected::kValue;

  std::size_t counted_to_ = 0;
  JsonPlaces::Position position_{1, 1};  ///< of counted_to_
  std::unordered_set<std::string> duplicates_;
};

}  // namespace

Json parse_json(std::string_view text, const std::string& name, JsonPlaces* places) {
  return Builder(text, name, places).run();
}

}  // namespace syndisco
