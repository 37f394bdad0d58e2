#include "syndisco/model/llama/chat_template.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <mutex>

#include "jinja/caps.h"
#include "jinja/lexer.h"
#include "jinja/parser.h"
#include "jinja/runtime.h"

#include "syndisco/model/messages.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// A day in the forms that templates ask for.
struct Today {
  std::string day_first;    ///< "21 Nov 2026"
  std::string month_first;  ///< "Nov 21 2026"
  std::time_t noon = 0;     ///< of that day, local time
};

Today read_date(const std::string& date) {
  int year = 0;
  int month = 0;
  int day = 0;
  char rest = 0;
  if (std::sscanf(date.c_str(), "%4d-%2d-%2d%c", &year, &month, &day, &rest) != 3 || month < 1 ||
      month > 12 || day < 1 || day > 31)
    throw TemplateError("the template date '" + date + "' is not of the form YYYY-MM-DD");
  const std::string month_name = kMonths[static_cast<std::size_t>(month - 1)];
  const std::string two_digits = (day < 10 ? "0" : "") + std::to_string(day);
  Today today;
  today.day_first = two_digits + " " + month_name + " " + std::to_string(year);
  today.month_first = month_name + " " + two_digits + " " + std::to_string(year);
  std::tm local{};
  local.tm_year = year - 1900;
  local.tm_mon = month - 1;
  local.tm_mday = day;
  local.tm_hour = 12;
  local.tm_isdst = -1;
  today.noon = std::mktime(&local);
  return today;
}

jinja::value text_value(const std::string& text, bool written) {
  return jinja::mk_val<jinja::value_string>(jinja::string(text, written));
}

ThinkingTags tags_of(const std::string& source) {
  const std::array<ThinkingTags, 7> known = {{
      {"<|channel|>analysis<|message|>", "<|channel|>final<|message|>",
       "<|end|><|start|>assistant"},
      {"<|channel>thought", "<channel|>", ""},
      {"<|START_THINKING|>", "<|END_THINKING|>", ""},
      {"<seed:think>", "</seed:think>", ""},
      {"<mm:think>", "</mm:think>", ""},
      {"[THINK]", "[/THINK]", ""},
      {"<think>", "</think>", ""},
  }};
  for (const ThinkingTags& tags : known) {
    // Templates put channel names together from variables, so the first token of a tag must do.
    const std::string mark = tags.start.substr(0, tags.start.find_first_of(">]") + 1);
    if (source.find(mark) != std::string::npos) return tags;
  }
  // A model that writes these tags means them, whatever its template knows.
  return known.back();
}

/// Whether each message, blanks at its ends aside, stands in the parts that are marked as written.
bool all_kept_apart(std::span<const PromptPart> parts, std::span<const Message> messages) {
  for (const Message& message : messages) {
    const std::string_view text = python_strip(message.text);
    if (text.empty()) continue;
    // Some templates say the system message late, so each is looked for from the start.
    const auto holds = [&](const PromptPart& part) {
      return part.written && part.text.find(text) != std::string::npos;
    };
    if (std::none_of(parts.begin(), parts.end(), holds)) return false;
  }
  return true;
}

/// What stands for the text of message `i` while we look where a template puts it.
std::string stand_in(std::size_t i) {
  return "syndisco" + std::to_string(i) + "text";
}

/// The parts of `real`, which was rendered from `messages` as `shape` was from their stand-ins.
/// Empty where the template does more with a text than to trim it.
std::vector<PromptPart> find_texts(const std::string& real, const std::string& shape,
                                   std::span<const Message> messages) {
  std::vector<PromptPart> parts;
  std::size_t at = 0;    // in `real`
  std::size_t from = 0;  // in `shape`
  while (true) {
    std::size_t next = std::string::npos;
    std::size_t which = 0;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const std::size_t found = shape.find(stand_in(i), from);
      if (found < next) {
        next = found;
        which = i;
      }
    }
    const std::string template_text =
        shape.substr(from, next == std::string::npos ? next : next - from);
    if (real.compare(at, template_text.size(), template_text) != 0) return {};
    if (!template_text.empty()) parts.push_back({template_text, false});
    at += template_text.size();
    if (next == std::string::npos) break;
    from = next + stand_in(which).size();
    const std::string& raw = messages[which].text;
    const std::string trimmed(python_strip(raw));
    const std::string& text = real.compare(at, raw.size(), raw) == 0 ? raw : trimmed;
    if (real.compare(at, text.size(), text) != 0) return {};
    if (!text.empty()) parts.push_back({text, true});
    at += text.size();
  }
  if (at != real.size()) return {};
  return parts;
}

}  // namespace

struct ChatTemplate::Program {
  jinja::program program;
  jinja::caps caps;
  Today today;
  std::string source;
  // The engine notes things in the parsed program while it runs it.
  std::mutex mutex;
};

ChatTemplate::ChatTemplate(const std::string& source, const ChatTemplateOptions& options)
    : program_(std::make_unique<Program>()), options_(options), thinking_tags_(tags_of(source)) {
  program_->today = read_date(options.date);
  try {
    jinja::lexer lexer;
    auto tokens = lexer.tokenize(source);
    program_->source = tokens.source;
    program_->program = jinja::parse_from_tokens(tokens);
    program_->caps = jinja::caps_get(program_->program);
  } catch (const std::exception& error) {
    throw TemplateError(error.what());
  }

  const std::string marker = "syndisco-probe";
  const std::vector<Message> probe = {{Message::From::kSystem, marker},
                                      {Message::From::kUser, "Hello"}};
  try {
    has_system_role_ = joined(render_as_is(probe, true)).find(marker) != std::string::npos;
  } catch (const TemplateError&) {
    has_system_role_ = false;
  }
  if (!has_system_role_ &&
      joined(render_as_is(without_system(probe), true)).find(marker) == std::string::npos)
    throw TemplateError("it leaves out what the user says");
}

ChatTemplate::~ChatTemplate() = default;

std::vector<PromptPart> ChatTemplate::render(std::span<const Message> messages,
                                             bool thinking) const {
  if (has_system_role_) return render_as_is(messages, thinking);
  return render_as_is(without_system(messages), thinking);
}

std::vector<PromptPart> ChatTemplate::render_as_is(std::span<const Message> messages,
                                                   bool thinking) const {
  std::vector<PromptPart> parts = run(messages, thinking);
  if (!all_kept_apart(parts, messages)) {
    const std::string real = joined(parts);
    std::vector<Message> stand_ins(messages.begin(), messages.end());
    for (std::size_t i = 0; i < stand_ins.size(); ++i) stand_ins[i].text = stand_in(i);
    if (auto found = find_texts(real, joined(run(stand_ins, thinking)), messages); !found.empty())
      return found;
  }
  return parts;
}

std::vector<PromptPart> ChatTemplate::run(std::span<const Message> messages, bool thinking) const {
  const bool typed =
      program_->caps.supports_typed_content && !program_->caps.supports_string_content;
  auto list = jinja::mk_val<jinja::value_array>();
  for (const Message& message : messages) {
    jinja::value content = text_value(message.text, true);
    if (typed) {
      auto part = jinja::mk_val<jinja::value_object>();
      part->insert("type", text_value("text", false));
      part->insert("text", content);
      auto parts = jinja::mk_val<jinja::value_array>();
      parts->push_back(part);
      content = parts;
    }
    auto entry = jinja::mk_val<jinja::value_object>();
    entry->insert("role", text_value(std::string(message_role(message.from)), false));
    entry->insert("content", content);
    list->push_back(entry);
  }

  const std::scoped_lock lock(program_->mutex);
  try {
    jinja::context context(program_->source);
    context.current_time = program_->today.noon;
    context.set_val("messages", list);
    context.set_val("bos_token", text_value(options_.bos, false));
    context.set_val("eos_token", text_value(options_.eos, false));
    context.set_val("date_string", text_value(program_->today.day_first, false));
    context.set_val("datetime", text_value(program_->today.month_first, false));
    context.set_val("enable_thinking", jinja::mk_val<jinja::value_bool>(thinking));
    context.set_val("add_generation_prompt", jinja::mk_val<jinja::value_bool>(true));
    jinja::runtime runtime(context);
    const jinja::value_string text =
        jinja::runtime::gather_string_parts(runtime.execute(program_->program));
    std::vector<PromptPart> parts;
    for (const jinja::string_part& part : text->as_string().parts)
      if (!part.val.empty()) parts.push_back({part.val, part.is_input});
    return parts;
  } catch (const std::exception& error) {
    throw TemplateError(error.what());
  }
}

std::string default_chat_template() {
  return "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content "
         "}}<|im_end|>\n"
         "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
}

std::string joined(std::span<const PromptPart> parts) {
  std::string text;
  for (const PromptPart& part : parts) text += part.text;
  return text;
}

}  // namespace syndisco
