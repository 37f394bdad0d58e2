#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "syndisco/analysis/figures/drawing_internal.h"
#include "syndisco/analysis/figures/text_width.h"

namespace syndisco::figures {
namespace {

using Kind = TimelineEvent::Kind;
constexpr double kLane = 30;
constexpr double kStepLeast = 14;

int marker_of(Kind kind) {
  if (kind == Kind::kOpening) return 1;
  return kind == Kind::kFacilitator ? 2 : 0;
}

const char* kind_words(Kind kind) {
  if (kind == Kind::kOpening) return " (opening post)";
  return kind == Kind::kFacilitator ? " (facilitator)" : "";
}

struct Marks {
  bool opening = false, user = false, facilitator = false, silent = false;
};

/// What the marks mean, in a row below.
double draw_marks(Drawing& drawing, double left, double top, const Marks& marks) {
  double x = left;
  const Paint full = {.fill = shade(0.6), .stroke = kInk, .width = 0.8};
  const auto entry = [&](bool there, int marker, const Paint& paint, std::string_view words) {
    if (!there) return;
    drawing.marker(marker, x + 6, top + 8, 5, paint);
    drawing.text(x + 17, top + 12, words, {.size = kSmall});
    x += 17 + text_width(words, kSmall) + 14;
  };
  entry(marks.user, 0, full, "participant");
  entry(marks.opening, 1, full, "opening post");
  entry(marks.facilitator, 2, full, "facilitator");
  entry(marks.silent, 0, {.fill = kPaper, .stroke = kFaint, .dash = "2 2"}, "silent");
  return top + 20;
}

}  // namespace

std::string timeline(const Caption& caption, const Timeline& data) {
  std::vector<TimelineEvent> events;
  for (const TimelineEvent& event : data.events)
    if (event.speaker < data.speakers.size()) events.push_back(event);
  if (events.empty()) return empty_figure(caption);
  Extent extent;
  std::size_t not_finite = 0;
  for (TimelineEvent& event : events) {
    if (event.value && !std::isfinite(*event.value)) {
      ++not_finite;
      event.value.reset();
    }
    if (event.value) extent.see(*event.value);
  }
  const bool rated = extent.lowest.has_value();
  const double lowest = data.lowest.value_or(extent.lowest.value_or(0));
  const double highest = data.highest.value_or(extent.highest.value_or(1));

  const NameColumn names = name_column(data.speakers, 130);
  const double left = names.width + 22;
  const auto first = static_cast<double>(events.front().index);
  const double steps = static_cast<double>(events.back().index) - first;
  Drawing drawing(caption, std::max(kWidth, left + 24 + kStepLeast * steps));
  const double right = drawing.width() - 12;
  const double top = drawing.top(),
               bottom = top + kLane * static_cast<double>(data.speakers.size());
  const Scale x(steps > 0 ? Range{first, first + steps} : Range{first - 1, first + 1}, left + 12,
                right - 10);
  const auto lane = [&](std::size_t speaker) {
    return top + kLane * (static_cast<double>(speaker) + 0.5);
  };

  for (std::size_t i = 0; i < data.speakers.size(); ++i) {
    drawing.line(left, lane(i), right, lane(i), {.stroke = kGrid});
    drawing.text(left - 8, lane(i) + 4, names.shown[i], {.anchor = "end"}, data.speakers[i]);
  }
  double last_end = -1e9;
  for (const TimelineEvent& event : events) {
    const std::string number = std::to_string(event.index);
    const double at = x(static_cast<double>(event.index));
    const double half = text_width(number, kSmall) / 2;
    if (at - half < last_end + 5) continue;
    last_end = at + half;
    drawing.text(at, bottom + 12, number, {.size = kSmall, .anchor = "middle", .colour = kFaint});
  }
  std::vector<std::pair<double, double>> path;
  for (const TimelineEvent& event : events)
    path.emplace_back(x(static_cast<double>(event.index)), lane(event.speaker));
  drawing.polyline(path, {.stroke = "#b5b5b5"});

  Marks marks;
  for (const TimelineEvent& event : events) {
    std::string what =
        fmt::format("{}. {}{}", event.index, data.speakers[event.speaker], kind_words(event.kind));
    if (event.silent) what += ", says nothing";
    if (event.value)
      what += fmt::format(", {} {}", data.value.empty() ? "value" : data.value,
                          number_text(*event.value));
    Paint paint = {.fill = shade(0.6), .stroke = kInk, .width = 0.8};
    double radius = 6;
    if (event.silent) {
      paint = {.fill = kPaper, .stroke = kFaint, .dash = "2 2"};
      radius = 5;
    } else if (event.value) {
      const double share =
          highest > lowest ? (*event.value / 2 - lowest / 2) / (highest / 2 - lowest / 2) : 0.5;
      paint.fill = shade(share);
      radius = 4.5 + 4 * std::clamp(share, 0.0, 1.0);
    } else if (rated) {
      paint.fill = kPaper;
    }
    drawing.marker(marker_of(event.kind), x(static_cast<double>(event.index)), lane(event.speaker),
                   radius, paint, what);
    marks.silent |= event.silent;
    marks.opening |= event.kind == Kind::kOpening;
    marks.facilitator |= event.kind == Kind::kFacilitator;
    marks.user |= event.kind == Kind::kUser;
  }
  double end = draw_marks(drawing, 8, bottom + 20, marks);
  if (rated)
    end = draw_shades(drawing, 8, end + 6, "darker and larger: more " + data.value,
                      {lowest, highest});
  return drawing.finish(end + 6, fmt::format("{} turns of {} people.{}", events.size(),
                                             data.speakers.size(), left_out(not_finite)));
}

}  // namespace syndisco::figures
