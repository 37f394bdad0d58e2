#pragma once

#include <string>
#include <string_view>

namespace syndisco::test {

/// What keeps the text from being one well-formed XML element, or an HTML page that is written as
/// carefully (a document type may come first; `void_elements`: <meta>, <br>, <input> and the like
/// need no end, and <script> and <style> hold no markup). "" where nothing does. Looks at tags,
/// attributes, entities, characters and the uniqueness of ids.
std::string markup_fault(std::string_view text, bool html = false);

}  // namespace syndisco::test
