#include "syndisco/discussion/prompt.h"

#include <array>
#include <functional>
#include <optional>
#include <stdexcept>

#include "syndisco/base/error.h"
#include "syndisco/record/published.h"
#include "syndisco/text/json.h"
#include "syndisco/text/unicode.h"
#include "syndisco/text/wrap.h"

namespace syndisco {
namespace {

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) joined += separator;
    joined += parts[i];
  }
  return joined;
}

// ---- the published styles
// -------------------------------------------------------------------------------------

std::string published_comment(PublishedStyle style, std::string_view name, std::string_view text,
                              std::size_t wrap) {
  const std::string who(name);
  if (is_blank(text)) return style == PublishedStyle::kG0 ? "<" + who + " said nothing>" : "";
  const std::string body = wrap > 0 ? python_fill(text, wrap) : std::string(text);
  if (style == PublishedStyle::k2_2) return "Comment by user " + who + ": \"\n" + body + "\"";
  return "User " + who + " posted:\n" + body;
}

std::string published_user(PublishedStyle style, const ActorSpec& actor,
                           std::span<const std::string> history) {
  const bool annotator = actor.role == Role::kAnnotator;
  const std::string comments = join(history, "\n");
  const auto as_json = [](const std::string& content) {
    return dump_json(JsonObject{{"role", "user"}, {"content", content}});
  };
  switch (style) {
    case PublishedStyle::kG0:
    case PublishedStyle::k1_0:
      if (annotator) return "Conversation so far:\n\n" + comments + "\nOutput:";
      return comments + (style == PublishedStyle::kG0 ? "\n" + actor.name + ":"
                                                      : "\nUser " + actor.name + " posted:");
    case PublishedStyle::k2_0:
      return as_json(annotator ? "Conversation so far:\n" + comments + "\nOutput:"
                               : comments + "\nUser " + actor.name + " posted:");
    case PublishedStyle::k2_2:
      return as_json("Comments so far: " + comments +
                     (annotator ? ".\nYour annotation:" : ".\nYour comment:"));
  }
  throw std::logic_error("unknown published style");
}

// ---- templates
// ------------------------------------------------------------------------------------------------

const PromptTemplate& plain() {
  static const PromptTemplate style = {
      .system =
          "{context}\n"
          "\n"
          "You are {name}. {persona}\n"
          "\n"
          "{instructions}",
      .comment = "{name}: {text}",
      .separator = "\n\n",
      .user =
          "The discussion so far:\n"
          "\n"
          "{history}\n"
          "\n"
          "Now write the next comment, as {name}.",
      .user_first = "Write a comment, as {name}.",
      .facilitator =
          "The discussion so far:\n"
          "\n"
          "{history}\n"
          "\n"
          "Now write what {name} says next.",
      .annotator_system =
          "{context}\n"
          "\n"
          "You are {name}. {persona}\n"
          "\n"
          "{instructions}",
      .annotator =
          "From a discussion:\n"
          "\n"
          "{earlier}\n"
          "\n"
          "The comment to judge:\n"
          "\n"
          "{comment}\n"
          "\n"
          "Your answer:",
  };
  return style;
}

const PromptTemplate& template_of(const PromptStyle& style) {
  return style.own ? *style.own : plain();
}

std::string in_words(const Json& value) {
  if (value.is_string()) return value.string();
  if (value.is_bool()) return value.boolean() ? "yes" : "no";
  if (value.is_null()) return "";
  if (value.is_array()) {
    std::vector<std::string> items;
    for (const Json& item : value.array()) items.push_back(in_words(item));
    return join(items, ", ");
  }
  return dump_json_compact(value);
}

/// "Age: 34. Current employment: nurse." without the name and without empty attributes.
std::string persona_in_words(const Json& persona) {
  std::string words;
  for (const auto& [key, value] : persona.object()) {
    if (key == "username" || key == "name") continue;
    const std::string text{python_strip(in_words(value))};
    if (text.empty()) continue;
    std::string label = replace_all(key, "_", " ");
    if (!label.empty() && label[0] >= 'a' && label[0] <= 'z')
      label[0] = static_cast<char>(label[0] - 'a' + 'A');
    if (!words.empty()) words += ' ';
    words += label + ": " + text;
    if (words.back() != '.' && words.back() != '!' && words.back() != '?') words += '.';
  }
  return words;
}

/// Gives the text of a placeholder; nothing where the name means nothing.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

struct RenderedLine {
  std::string text;
  bool only_placeholders = true;  // and blanks
};

[[noreturn]] void bad_template(const std::string& message, std::string hint) {
  throw InputError(message, {}, std::move(hint));
}

RenderedLine render_line(std::string_view line, const Lookup& lookup) {
  RenderedLine rendered;
  bool any = false;
  bool ends_in_nothing = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c != ' ') ends_in_nothing = false;
    const bool doubled = i + 1 < line.size() && line[i + 1] == c;
    if ((c == '{' || c == '}') && doubled) {
      rendered.text += c;
      rendered.only_placeholders = false;
      ++i;
    } else if (c == '{') {
      const std::size_t end = line.find('}', i);
      if (end == std::string_view::npos)
        bad_template("'{' without '}' on its line", "write {{ and }} for braces");
      const std::string_view name = line.substr(i + 1, end - i - 1);
      const std::optional<std::string> value = lookup(name);
      if (!value) bad_template("unknown placeholder {" + printable_line(name) + "}", "");
      rendered.text += *value;
      ends_in_nothing = value->empty();
      any = true;
      i = end;
    } else if (c == '}') {
      bad_template("'}' without '{' on its line", "write {{ and }} for braces");
    } else {
      rendered.text += c;
      if (c != ' ' && c != '\t') rendered.only_placeholders = false;
    }
  }
  // "You are Ann. {persona}" without a persona has no blank at its end.
  if (ends_in_nothing) rendered.text.resize(rendered.text.find_last_not_of(' ') + 1);
  rendered.only_placeholders = rendered.only_placeholders && any;
  return rendered;
}

/// Fills in the placeholders. A line that holds nothing but empty placeholders is left out,
/// together with the empty line behind it (or, at the end, before it): a persona without attributes
/// leaves no hole.
std::string render(std::string_view text, const Lookup& lookup) {
  std::vector<std::string> lines;
  bool skip_empty = false;
  for (std::size_t start = 0; start <= text.size();) {
    std::size_t end = text.find('\n', start);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view line = text.substr(start, end - start);
    start = end + 1;
    if (line.empty() && skip_empty) {
      skip_empty = false;
      continue;
    }
    RenderedLine rendered = render_line(line, lookup);
    skip_empty = rendered.only_placeholders && is_blank(rendered.text);
    if (!skip_empty) lines.push_back(std::move(rendered.text));
  }
  if (skip_empty && !lines.empty() && lines.back().empty()) lines.pop_back();
  return join(lines, "\n");
}

bool breaks_line(char32_t c) {
  return c == '\n' || c == '\r' || c == '\v' || c == '\f' || c == 0x85 || c == 0x2028 ||
         c == 0x2029;
}

/// The text with its further lines indented, so that none of them can pass for the beginning of
/// another comment ("Ben: I agree with Ann").
std::string with_indented_lines(std::string_view text) {
  std::string out;
  bool line_begins = false;
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    const bool breaks = breaks_line(character.code);
    if (line_begins && !breaks) out += "  ";
    line_begins = breaks;
    out += text.substr(i, character.length);
    i += character.length;
  }
  return out;
}

std::optional<std::string> actor_value(const ActorSpec& actor, std::string_view name) {
  if (name == "name") return actor.name;
  if (name == "context") return actor.context;
  if (name == "instructions") return actor.instructions;
  if (name == "persona") return persona_in_words(actor.persona);
  if (name.starts_with("persona.")) {
    const Json* value = actor.persona.find(name.substr(8));
    return value != nullptr ? in_words(*value) : "";
  }
  return std::nullopt;
}

std::string without_trailing_blanks(std::string text) {
  const std::size_t last = text.find_last_not_of(" \t\n");
  text.resize(last == std::string::npos ? 0 : last + 1);
  return text;
}

std::string template_user(const PromptTemplate& style, const ActorSpec& actor,
                          std::span<const std::string> history) {
  const std::string* text = &style.user;
  if (actor.role == Role::kAnnotator) {
    text = &style.annotator;
  } else if (history.empty() && !style.user_first.empty()) {
    text = &style.user_first;
  } else if (actor.role == Role::kFacilitator && !style.facilitator.empty()) {
    text = &style.facilitator;
  }
  const auto earlier = history.empty() ? history : history.first(history.size() - 1);
  return render(*text, [&](std::string_view name) -> std::optional<std::string> {
    if (name == "history") return join(history, style.separator);
    if (actor.role == Role::kAnnotator && name == "earlier") return join(earlier, style.separator);
    if (actor.role == Role::kAnnotator && name == "comment")
      return history.empty() ? "" : history.back();
    return actor_value(actor, name);
  });
}

}  // namespace

std::size_t default_wrap(const PromptStyle& style) {
  const auto published = published_style(style.name);
  if (!published) return 0;
  return *published == PublishedStyle::k2_2 ? 900000 : 70;
}

std::string format_comment(const PromptStyle& style, std::size_t wrap, std::string_view name,
                           std::string_view text) {
  if (const auto published = published_style(style.name))
    return published_comment(*published, name, text, wrap);
  const std::string body = wrap > 0 ? python_fill(text, wrap) : std::string(text);
  // Own templates say themselves where a comment begins and ends.
  const std::string shown = style.own ? body : with_indented_lines(body);
  return render(template_of(style).comment,
                [&](std::string_view placeholder) -> std::optional<std::string> {
                  if (placeholder == "name") return std::string(name);
                  if (placeholder == "text") return shown;
                  return std::nullopt;
                });
}

std::string system_prompt(const PromptStyle& style, const ActorSpec& actor) {
  if (const auto published = published_style(style.name))
    return published_system_prompt(*published, actor);
  const PromptTemplate& own = template_of(style);
  const bool annotates = actor.role == Role::kAnnotator && !own.annotator_system.empty();
  return without_trailing_blanks(
      render(annotates ? own.annotator_system : own.system,
             [&](std::string_view name) { return actor_value(actor, name); }));
}

Prompt make_prompt(const PromptStyle& style, const ActorSpec& actor,
                   std::span<const std::string> history) {
  const auto published = published_style(style.name);
  return {system_prompt(style, actor), published
                                           ? published_user(*published, actor, history)
                                           : template_user(template_of(style), actor, history)};
}

void check_template(std::string_view which, std::string_view text) {
  static constexpr std::array kActor = {"name", "context", "instructions", "persona"};
  const bool comment = which == "comment";
  const bool asks =
      which == "user" || which == "user_first" || which == "facilitator" || which == "annotator";
  if (which == "separator") return;
  std::vector<std::string> known;
  if (comment) {
    known = {"name", "text"};
  } else {
    known.assign(kActor.begin(), kActor.end());
    if (asks) known.emplace_back("history");
    if (which == "annotator") known.insert(known.end(), {"comment", "earlier"});
  }
  render(text, [&](std::string_view name) -> std::optional<std::string> {
    for (const std::string& each : known)
      if (name == each) return "";
    if (!comment && name.starts_with("persona.") && name.size() > 8) return "";
    const std::string near = nearest_word(name, known);
    std::string all;
    for (const std::string& each : known) all += (all.empty() ? "{" : ", {") + each + "}";
    bad_template("unknown placeholder {" + printable_line(name) + "} in " + std::string(which),
                 near.empty() ? "known are " + all + (comment ? "" : " and {persona.KEY}")
                              : "did you mean {" + near + "}?");
  });
}

}  // namespace syndisco
