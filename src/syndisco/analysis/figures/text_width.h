#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace syndisco::figures {

/// About how wide a text is at a font size, in the same unit. No font is asked: the widths are
/// those of Helvetica with a sixth more, so that wider faces (DejaVu Sans, Verdana) find room
/// too.
double text_width(std::string_view text, double size);

/// The text as `printable_line` shows it, cut and ended by an ellipsis where it is wider than
/// `width`. Never empty for a text that is not; looks at no more of a long text than is kept.
std::string shortened(std::string_view text, double width, double size);

/// As `shortened`, with the ellipsis in the middle: the end is kept, too.
std::string shortened_in_the_middle(std::string_view text, double width, double size);

/// The text in lines of at most `width`, broken between words, or inside of one that is wider. At
/// most `most` (at least 1) lines; the last ends in an ellipsis where that is not all.
std::vector<std::string> wrapped(std::string_view text, double width, double size,
                                 std::size_t most);

}  // namespace syndisco::figures
