#include <fmt/format.h>

#include <cmath>

#include "syndisco/analysis/figures/markup.h"
#include "syndisco/base/hash.h"
#include "syndisco/base/version.h"
#include "syndisco/report/page_internal.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

/// RFC 4648, with padding.
std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8U | (i + j < bytes.size() ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      out += i + j > bytes.size() ? '=' : kDigits[group >> (18U - 6U * j) & 63U];
  }
  return out;
}

/// What a policy calls an inline script or style.
std::string policy_hash(std::string_view text) {
  return "'sha256-" + base64(sha256(text)) + "'";
}

}  // namespace

std::string page_begin(const std::string& title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; img-src "
      "data:; style-src {}; script-src {}; base-uri &#39;none&#39;; form-action &#39;none&#39;\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"syndisco {}\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
      markup_line(policy_hash(page_style())), markup_line(policy_hash(page_script())),
      markup_line(version()), markup_line(title), page_style());
}

std::string page_end() {
  return fmt::format("</main>\n<script>{}</script>\n</body>\n</html>\n", page_script());
}

std::string section_begin(std::string_view id, std::string_view heading) {
  return fmt::format("<section>\n<h2 id=\"-{}\">{}</h2>\n", id, markup_line(heading));
}

std::string name_html(std::string_view name) {
  return "<bdi>" + markup_line(name) + "</bdi>";
}

std::string cell_html(std::string_view text) {
  // Names of conditions are joined by underscores, where browsers do not break lines.
  return "<bdi>" + replace_all(markup_line(text), "_", "_<wbr>") + "</bdi>";
}

std::string text_html(std::string_view text) {
  constexpr std::size_t kLong = 4000;
  return fmt::format("<div class=\"text{}\" dir=\"auto\">{}</div>",
                     text.size() > kLong ? " long" : "", markup_text(text));
}

std::string text_block(std::string_view summary, std::string_view text, bool open) {
  return fmt::format("<details{}><summary>{}</summary><pre dir=\"auto\">{}</pre></details>\n",
                     open ? " open" : "", markup_line(summary), markup_text(text));
}

std::string table_html(const ResultTable& table) {
  constexpr std::size_t kTall = 30;
  std::string html =
      fmt::format("<div class=\"scroll{}\"><table><caption>{}</caption>\n<thead><tr>",
                  table.rows.size() > kTall ? " tall" : "", markup_line(table.title));
  for (const TableColumn& column : table.columns)
    html += fmt::format("<th scope=\"col\"{}>{}{}</th>", column.left ? "" : " class=\"n\"",
                        markup_line(column.heading),
                        column.unit.empty()
                            ? ""
                            : " <span class=\"faint\">(" + markup_line(column.unit) + ")</span>");
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size() && i < table.columns.size(); ++i) {
      const TableColumn& column = table.columns[i];
      const std::string text = shown(column, row[i]);
      std::string title;
      if (const auto* undefined = std::get_if<Undefined>(&row[i]))
        title = " title=\"" + markup_line(undefined->reason) + "\"";
      html += fmt::format("<td{}{}>{}</td>", column.left ? "" : " class=\"n\"", title,
                          column.left ? cell_html(text) : markup_line(text));
    }
    html += "</tr>\n";
  }
  html += "</tbody></table></div>\n";
  std::vector<std::string> notes = table.notes;
  for (std::string& note : undefined_notes(table)) notes.push_back(std::move(note));
  for (const std::string& note : notes)
    html += "<p class=\"notes\">" + markup_line(note) + "</p>\n";
  return html;
}

std::string plain_table_html(const PlainTable& table, std::string_view caption) {
  std::string html = "<div class=\"scroll\"><table>";
  if (!caption.empty()) html += "<caption>" + markup_line(caption) + "</caption>";
  html += "\n<thead><tr>";
  const auto is_number = [&](std::size_t i) {
    return i < table.numbers.size() && table.numbers[i];
  };
  for (std::size_t i = 0; i < table.headings.size(); ++i)
    html += fmt::format("<th scope=\"col\"{}>{}</th>", is_number(i) ? " class=\"n\"" : "",
                        markup_line(table.headings[i]));
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      html += is_number(i) ? "<td class=\"n\">" + markup_line(row[i]) + "</td>"
                           : "<td>" + cell_html(row[i]) + "</td>";
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string grouped_number(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string counted(std::size_t number, std::string_view one, std::string_view many) {
  return grouped_number(number) + " " + std::string(number == 1 ? one : many);
}

std::string seconds_text(double seconds) {
  if (!(seconds >= 0) || seconds > 1e12) return "\u2013";
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", grouped_number(whole / 3600), whole % 3600 / 60);
}

}  // namespace syndisco
