#include "syndisco/analysis/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "syndisco/base/error.h"
#include "syndisco/text/csv.h"
#include "syndisco/text/text_table.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

const std::vector<std::pair<RenderFormat, std::string>>& format_names() {
  static const std::vector<std::pair<RenderFormat, std::string>> kNames = {
      {RenderFormat::kText, "text"},
      {RenderFormat::kCsv, "csv"},
      {RenderFormat::kJson, "json"},
      {RenderFormat::kMarkdown, "markdown"},
      {RenderFormat::kLatex, "latex"}};
  return kNames;
}

std::string shown_real(const TableColumn& column, double value) {
  std::string text;
  switch (column.style) {
    case RealStyle::kFixed:
      text = fmt::format("{:.{}f}", value, column.digits);
      break;
    case RealStyle::kSignificant:
      text = fmt::format("{:.{}g}", value, std::max(column.digits, 1));
      break;
    case RealStyle::kPercent:
      text = fmt::format("{:.{}f}%", 100 * value, column.digits);
      break;
    case RealStyle::kP:
      return value < 0.001 ? "<0.001" : fmt::format("{:.3f}", value);
  }
  // "-0.00" says nothing that "0.00" does not.
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return zero && text.starts_with('-') ? text.substr(1) : text;
}

std::string heading(const TableColumn& column) {
  return column.unit.empty() ? column.heading : column.heading + " (" + column.unit + ")";
}

Json json_cell(const TableCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return *integer;
  if (const auto* real = std::get_if<double>(&cell)) return *real;
  return nullptr;
}

/// All sentences below a table.
std::vector<std::string> all_notes(const ResultTable& table) {
  std::vector<std::string> notes = table.notes;
  for (std::string& note : undefined_notes(table)) notes.push_back(std::move(note));
  return notes;
}

std::string csv(const ResultTable& table) {
  std::string out;
  const auto line = [&](auto cell) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (i > 0) out += ',';
      out += csv_quoted(cell(i));
    }
    out += '\n';
  };
  line([&](std::size_t i) { return table.columns[i].name; });
  for (const auto& row : table.rows)
    line([&](std::size_t i) {
      const Json value = json_cell(row[i]);
      if (value.is_null()) return std::string();
      return plain_text(value);
    });
  return out;
}

std::string text(const ResultTable& table) {
  TextTable lines;
  for (const TableColumn& column : table.columns)
    lines.column(heading(column), column.left ? TextTable::Align::kLeft : TextTable::Align::kRight);
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(shown(table.columns[i], row[i]));
    lines.row(std::move(cells));
  }
  std::string out = printable_line(table.title) + "\n\n" + lines.text();
  for (const std::string& note : all_notes(table)) out += printable_line(note) + "\n";
  return out;
}

std::string markdown_escaped(std::string_view text) {
  std::string out;
  for (const char c : printable_line(text)) {
    if (std::string_view("\\|*_`<>[]~#").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string markdown(const ResultTable& table) {
  std::string out = "**" + markdown_escaped(table.title) + "**\n\n|";
  for (const TableColumn& column : table.columns)
    out += " " + markdown_escaped(heading(column)) + " |";
  out += "\n|";
  for (const TableColumn& column : table.columns) out += column.left ? "-|" : "-:|";
  out += "\n";
  for (const auto& row : table.rows) {
    out += "|";
    for (std::size_t i = 0; i < row.size(); ++i)
      out += " " + markdown_escaped(shown(table.columns[i], row[i])) + " |";
    out += "\n";
  }
  const std::vector<std::string> notes = all_notes(table);
  if (!notes.empty()) out += "\n";
  for (const std::string& note : notes) out += "- " + markdown_escaped(note) + "\n";
  return out;
}

std::string latex_escaped(std::string_view text) {
  std::string out;
  for (const char c : printable_line(text)) {
    switch (c) {
      case '\\':
        out += "\\textbackslash{}";
        break;
      case '~':
        out += "\\textasciitilde{}";
        break;
      case '^':
        out += "\\textasciicircum{}";
        break;
      case '<':
        out += "\\textless{}";
        break;
      case '>':
        out += "\\textgreater{}";
        break;
      case '"':
        out += "\\textquotedbl{}";
        break;
      case '|':
        out += "\\textbar{}";
        break;
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}':
        out += '\\';
        out += c;
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string latex_cell(const TableColumn& column, const TableCell& cell) {
  const bool number =
      std::holds_alternative<double>(cell) || std::holds_alternative<std::int64_t>(cell);
  std::string text = shown(column, cell);
  if (std::holds_alternative<Undefined>(cell)) return "--";
  // A hyphen is no minus.
  if (number && text.starts_with('-')) return "$-$" + latex_escaped(text.substr(1));
  return latex_escaped(text);
}

std::string latex(const ResultTable& table) {
  std::string out =
      "% Needs \\usepackage{booktabs} and "
      "\\usepackage[T1]{fontenc}.\n\\begin{table}\n\\centering\n";
  out += "\\caption{" + latex_escaped(table.title) + "}\n\\label{tab:" + table.name + "}\n";
  out += "\\begin{tabular}{";
  for (const TableColumn& column : table.columns) out += column.left ? 'l' : 'r';
  out += "}\n\\toprule\n";
  const auto line = [&](auto cell) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      std::string text = cell(i);
      // A row that begins with a bracket would be taken for the length after the `\\` before it.
      if (i == 0 && text.starts_with('[')) text.insert(0, "{}");
      out += (i > 0 ? " & " : "") + text;
    }
    out += " \\\\\n";
  };
  line([&](std::size_t i) { return latex_escaped(heading(table.columns[i])); });
  out += "\\midrule\n";
  for (const auto& row : table.rows)
    line([&](std::size_t i) { return latex_cell(table.columns[i], row[i]); });
  out += "\\bottomrule\n\\end{tabular}\n";
  for (const std::string& note : all_notes(table))
    out += "\n\\smallskip{\\footnotesize " + latex_escaped(note) + "\\par}\n";
  return out + "\\end{table}\n";
}

}  // namespace

std::size_t ResultTable::column(std::string_view wanted) const {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == wanted) return i;
  throw std::out_of_range("table " + name + " has no column " + std::string(wanted));
}

const TableCell& ResultTable::at(std::size_t row, std::string_view wanted) const {
  return rows.at(row).at(column(wanted));
}

TableCell real_cell(double value, std::string_view reason) {
  if (std::isfinite(value)) return value;
  return Undefined{std::string(reason)};
}

std::string shown(const TableColumn& column, const TableCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&cell)) return shown_real(column, *real);
  return "-";
}

std::vector<std::string> undefined_notes(const ResultTable& table) {
  std::vector<std::pair<std::string, std::size_t>> reasons;
  for (const auto& row : table.rows)
    for (const TableCell& cell : row)
      if (const auto* undefined = std::get_if<Undefined>(&cell)) {
        const auto known = std::ranges::find(reasons, undefined->reason,
                                             &std::pair<std::string, std::size_t>::first);
        if (known == reasons.end()) {
          reasons.emplace_back(undefined->reason, 1);
        } else {
          ++known->second;
        }
      }
  std::vector<std::string> notes;
  for (const auto& [reason, count] : reasons)
    notes.push_back(fmt::format("- ({} {}): {}", count, count == 1 ? "cell" : "cells", reason));
  return notes;
}

RenderFormat render_format_from(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [format, known] : format_names()) {
    if (known == name) return format;
    names.push_back(known);
  }
  const std::string nearest = nearest_word(name, names);
  throw InputError("there is no format " + printable_line(name), {},
                   nearest.empty() ? "formats are text, csv, json, markdown and latex"
                                   : "did you mean " + nearest + "?");
}

std::string_view render_ending(RenderFormat format) {
  switch (format) {
    case RenderFormat::kText:
      return ".txt";
    case RenderFormat::kCsv:
      return ".csv";
    case RenderFormat::kJson:
      return ".json";
    case RenderFormat::kMarkdown:
      return ".md";
    case RenderFormat::kLatex:
      return ".tex";
  }
  return "";
}

std::string render(const ResultTable& table, RenderFormat format) {
  switch (format) {
    case RenderFormat::kText:
      return text(table);
    case RenderFormat::kCsv:
      return csv(table);
    case RenderFormat::kJson:
      return dump_json_indented(table_json(table), 2) + "\n";
    case RenderFormat::kMarkdown:
      return markdown(table);
    case RenderFormat::kLatex:
      return latex(table);
  }
  return "";
}

Json table_json(const ResultTable& table) {
  JsonArray columns, rows, notes, undefined;
  for (const TableColumn& column : table.columns)
    columns.emplace_back(
        JsonObject{{"name", column.name}, {"heading", column.heading}, {"unit", column.unit}});
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    JsonObject row;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const TableCell& cell = table.rows[r][i];
      row.emplace_back(table.columns[i].name, json_cell(cell));
      if (const auto* without = std::get_if<Undefined>(&cell))
        undefined.emplace_back(
            JsonObject{{"row", r}, {"column", table.columns[i].name}, {"reason", without->reason}});
    }
    rows.emplace_back(std::move(row));
  }
  for (const std::string& note : table.notes) notes.emplace_back(note);
  return JsonObject{
      {"name", table.name},      {"title", table.title},      {"columns", std::move(columns)},
      {"rows", std::move(rows)}, {"notes", std::move(notes)}, {"undefined", std::move(undefined)}};
}

}  // namespace syndisco
