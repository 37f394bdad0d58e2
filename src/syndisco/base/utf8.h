#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace syndisco {

/// One code point of a text.
struct DecodedCharacter {
  char32_t code = 0;       ///< U+FFFD where the bytes are ill-formed
  std::size_t length = 0;  ///< bytes it takes, at least 1
  bool valid =
      true;  ///< false: the bytes are a maximal subpart of an ill-formed sequence (Unicode 15, 3.9)
  bool truncated = false;  ///< not valid only because the text ends here
};

/// The code point that starts at `position`. Requires position < text.size(). Never reads past the
/// text.
DecodedCharacter decode_utf8(std::string_view text, std::size_t position);

/// Appends one code point. A surrogate or a number above U+10FFFF becomes U+FFFD.
void append_utf8(std::string& out, char32_t code);

}  // namespace syndisco
