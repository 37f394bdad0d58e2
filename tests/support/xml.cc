#include "support/xml.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <vector>

namespace syndisco::test {
namespace {

constexpr std::array kVoid = {"meta", "br", "input", "link", "hr", "img", "col", "wbr"};

class Reader {
 public:
  Reader(std::string_view text, bool html) : text_(text), html_(html) {}

  std::string fault() {
    if (html_ && text_.starts_with("<!DOCTYPE html>\n")) at_ = 16;
    while (fault_.empty() && at_ < text_.size()) {
      if (text_[at_] == '<')
        tag();
      else
        character(open_.empty() ? "" : "text");
    }
    if (fault_.empty() && !open_.empty()) fail("<" + open_.back() + "> is not closed");
    if (fault_.empty() && !seen_) fail("no element");
    return fault_;
  }

 private:
  void fail(const std::string& what) {
    if (!fault_.empty()) return;
    const std::size_t from = at_ > 60 ? at_ - 60 : 0;
    fault_ = what + " at byte " + std::to_string(at_) + ": ..." +
             std::string(text_.substr(from, std::min<std::size_t>(120, text_.size() - from)));
  }

  bool skip(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }

  std::string name() {
    const std::size_t from = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                  text_[at_] == '-' || text_[at_] == ':'))
      ++at_;
    if (at_ == from) fail("no name");
    return std::string(text_.substr(from, at_ - from));
  }

  /// One character of text or of a value; `where` "": only blanks may stand here.
  void character(std::string_view where) {
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c < 0x20 && c != '\n' && c != '\t') fail("a control character");
    if (where.empty() && c != '\n' && c != ' ') fail("text outside of the element");
    if (text_.substr(at_).starts_with("\xEF\xBF\xBE") ||
        text_.substr(at_).starts_with("\xEF\xBF\xBF"))
      fail("a character that XML does not have");
    if (c == '&') {
      for (const char* entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
        if (skip(entity)) return;
      fail("an unknown entity");
    }
    ++at_;
  }

  void attribute() {
    const std::string key = name();
    if (html_ && (at_ >= text_.size() || text_[at_] != '=')) return;  // such as <details open>
    if (!skip("=\"")) return fail("attribute " + key + " has no value in quotes");
    const std::size_t from = at_;
    while (fault_.empty() && at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '<') fail("< in an attribute");
      character("value");
    }
    const std::string value(text_.substr(from, at_ - from));
    if (!skip("\"")) return fail("a value without end");
    if (key == "id" && !ids_.insert(value).second) fail("the id " + value + " again");
    if (key.starts_with("on")) fail("an event handler");
  }

  void tag() {
    ++at_;
    if (skip("/")) {
      const std::string closed = name();
      if (open_.empty() || open_.back() != closed) return fail("</" + closed + "> closes nothing");
      open_.pop_back();
      if (!skip(">")) fail("no > in </" + closed);
      return;
    }
    if (open_.empty() && seen_) return fail("a second element");
    const std::string opened = name();
    seen_ = true;
    while (fault_.empty() && skip(" ")) attribute();
    if (skip("/>")) return;
    if (!skip(">")) return fail("no > in <" + opened);
    const bool ends = html_ && std::ranges::find(kVoid, opened) != kVoid.end();
    if (!ends) open_.push_back(opened);
    if (html_ && (opened == "script" || opened == "style")) {
      const std::size_t end = text_.find("</" + opened, at_);
      if (end == std::string_view::npos) return fail(opened + " without end");
      at_ = end;
    }
  }

  std::string_view text_;
  bool html_;
  std::size_t at_ = 0;
  bool seen_ = false;
  std::string fault_;
  std::vector<std::string> open_;
  std::set<std::string> ids_;
};

}  // namespace

std::string markup_fault(std::string_view text, bool html) {
  return Reader(text, html).fault();
}

}  // namespace syndisco::test
