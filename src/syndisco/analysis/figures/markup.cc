#include "syndisco/analysis/figures/markup.h"

#include "syndisco/base/printable.h"

namespace syndisco {
namespace {

std::string escape(const std::string& shown) {
  std::string out;
  out.reserve(shown.size() + shown.size() / 16);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    switch (shown[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\xEF':
        // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
        if (shown.compare(i, 3, "\xEF\xBF\xBE") == 0 || shown.compare(i, 3, "\xEF\xBF\xBF") == 0) {
          out += shown[i + 2] == '\xBE' ? "\\ufffe" : "\\uffff";
          i += 2;
          break;
        }
        [[fallthrough]];
      default:
        out.push_back(shown[i]);
    }
  }
  return out;
}

}  // namespace

std::string markup_text(std::string_view text) {
  return escape(printable(text));
}

std::string markup_line(std::string_view text) {
  return escape(printable_line(text));
}

}  // namespace syndisco
