#pragma once

#include <string>
#include <string_view>

namespace syndisco {

/// Any text as character data or as an attribute value of XML and HTML: `printable`, with the five
/// characters that markup is made of as entities, and with what XML has no place for (U+FFFE,
/// U+FFFF) as escapes. Whatever a model says, the result opens no element and ends no attribute.
std::string markup_text(std::string_view text);

/// As `markup_text`, on one line (`printable_line`).
std::string markup_line(std::string_view text);

}  // namespace syndisco
