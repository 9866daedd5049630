#include "describe/timeline_dot.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "reel/base/text.hpp"

namespace reel::engine {
namespace {

using base::Time;
using planner::Plan;
using planner::Span;
using planner::Treatment;

constexpr int bar_width = 900, bar_height = 22;  // points
constexpr int least_width = 2;                   ///< of a span, so that it can be seen at all
constexpr int small_letter = 6;                  ///< its width, at most
constexpr std::size_t most_listed = 120, list_columns = 3;
constexpr const char* copied_colour = "#9fc5a8";
constexpr const char* rendered_colour = "#d9822b";
constexpr const char* cut_colour = "#7a1f1f";

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : base::printable(text))
    safe += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
  return safe;
}

std::string cell(int width, const std::string& attributes, const std::string& content = "") {
  return "<TD FIXEDSIZE=\"TRUE\" WIDTH=\"" + std::to_string(width) + "\" " + attributes + ">" + content + "</TD>";
}

/// A row of its own, so that its cells need not line up with those of other rows.
std::string row(const std::string& cells) {
  return "<TR><TD ALIGN=\"LEFT\"><TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"0\"><TR>" +
         cells + "</TR></TABLE></TD></TR>";
}

std::string small(const std::string& text) { return "<FONT POINT-SIZE=\"8\">" + escaped(text) + "</FONT>"; }

/// A part of the bar.
struct Part {
  const char* colour = copied_colour;
  Time begin{0}, end{0};
  bool cut_before = false;  ///< something of the source is left out between the part before and this one
  int x = 0, width = 0;
};

std::vector<Part> parts_of(const Plan& plan, Time length) {
  if (plan.spans.empty()) return {{rendered_colour, Time{0}, length}};
  std::vector<Part> parts;
  for (std::size_t i = 0; i < plan.spans.size(); ++i) {
    const Span& span = plan.spans[i];
    const bool cut = i > 0 && span.first != plan.spans[i - 1].end;
    parts.push_back(
        {span.kind == Span::Kind::copy ? copied_colour : rendered_colour, span.output.begin, span.output.end, cut});
  }
  return parts;
}

/// Gives each part its place: to scale, but none less than can be seen.
void lay_out(std::vector<Part>& parts) {
  const double length = std::max(1.0, static_cast<double>((parts.back().end - parts.front().begin).count()));
  const double room = std::max(0.0, bar_width - static_cast<double>(least_width * parts.size()));
  double sum = 0;
  int x = 0;
  for (Part& part : parts) {
    sum += least_width + room * static_cast<double>((part.end - part.begin).count()) / length;
    part.x = x;
    part.width = std::max(1, static_cast<int>(std::lround(sum)) - x);
    x += part.width;
  }
}

std::string bar(const std::vector<Part>& parts) {
  const std::string height = "HEIGHT=\"" + std::to_string(bar_height) + "\" BGCOLOR=\"";
  std::string cells;
  for (const Part& part : parts) {
    const int mark = part.cut_before ? std::min(2, part.width - 1) : 0;
    if (mark > 0) cells += cell(mark, height + cut_colour + "\"");
    cells += cell(part.width - mark, height + part.colour + "\"");
  }
  return row(cells);
}

struct Label {
  int x = 0;
  std::string text;
  int width() const { return 10 + static_cast<int>(text.size()) * small_letter; }
};

/// Times at the seams, as many as there is room for; where rendering begins is of more interest than where it ends.
std::vector<Label> labels_of(const std::vector<Part>& parts, int end) {
  std::vector<Label> labels;
  for (const bool rendered : {true, false})
    for (const Part& part : parts) {
      const Label label{part.x, base::format_moment(part.begin)};
      const bool free = std::ranges::all_of(labels, [&](const Label& other) {
        return label.x + label.width() <= other.x || other.x + other.width() <= label.x;
      });
      if ((part.colour == rendered_colour) == rendered && free && label.x + label.width() <= end)
        labels.push_back(label);
    }
  std::ranges::sort(labels, {}, &Label::x);
  return labels;
}

std::string scale(const std::vector<Part>& parts) {
  const Label last{parts.back().x + parts.back().width, base::format_moment(parts.back().end)};
  const int end = last.x - last.width();
  const auto labels = labels_of(parts, end);
  const std::string tick = "HEIGHT=\"14\" BORDER=\"1\" SIDES=\"L\" ALIGN=\"LEFT\"";
  std::string cells =
      labels.empty() || labels.front().x > 0 ? cell(labels.empty() ? end : labels.front().x, "HEIGHT=\"14\"") : "";
  for (std::size_t i = 0; i < labels.size(); ++i)
    cells += cell((i + 1 < labels.size() ? labels[i + 1].x : end) - labels[i].x, tick, small(" " + labels[i].text));
  return row(cells +
             cell(last.width(), "HEIGHT=\"14\" BORDER=\"1\" SIDES=\"R\" ALIGN=\"RIGHT\"", small(last.text + " ")));
}

std::string swatch(const char* colour, const std::string& text) {
  return std::string("<FONT POINT-SIZE=\"11\" COLOR=\"") + colour + "\">■</FONT>" + small(" " + text + "      ");
}

std::string sound_words(const Plan& plan) {
  switch (plan.sound) {
    case Treatment::none:
      return "";
    case Treatment::copy:
      return "sound: copied";
    case Treatment::splice:
      if (plan.parts.grid.frame == 1) return "sound: copied but for joins and what is changed";
      return "sound: " + std::to_string(plan.parts.copied) + " packets copied, " + std::to_string(plan.parts.rendered) +
             " rendered";
    case Treatment::render:
      return "sound: rendered, because " + plan.sound_reason;
  }
  return "";
}

std::string legend(const Plan& plan, const std::vector<Part>& parts) {
  std::string cells;
  if (plan.spans.empty()) {
    cells = swatch(rendered_colour, "rendered: everything, because " + plan.pictures_reason);
  } else {
    cells = swatch(copied_colour, "copied: " + base::counted(plan.copied, "picture"));
    if (plan.rendered > 0) cells += swatch(rendered_colour, "rendered: " + base::counted(plan.rendered, "picture"));
    if (std::ranges::any_of(parts, &Part::cut_before)) cells += swatch(cut_colour, "cut");
  }
  return "<TR><TD ALIGN=\"LEFT\">" + cells + small(sound_words(plan)) + "</TD></TR>";
}

std::string listed(const Span& span) {
  return base::format_moment(span.output.begin) + ".." + base::format_moment(span.output.end) + "  " +
         base::counted(span.pictures(), "picture") + "  " + span.reason;
}

/// What is rendered, in columns that are read downwards.
std::string list(const Plan& plan) {
  std::vector<std::string> lines;
  for (const Span& span : plan.spans)
    if (span.kind == Span::Kind::render) lines.push_back(listed(span));
  if (lines.empty()) return "";
  if (lines.size() > most_listed) {
    const std::size_t more = lines.size() - most_listed + 1;
    lines.resize(most_listed - 1);
    lines.push_back("and " + std::to_string(more) + " more, which `reel explain` lists");
  }
  const std::size_t columns = lines.size() <= 6 ? 1 : list_columns;
  const std::size_t height = (lines.size() + columns - 1) / columns;
  std::string rows;
  for (std::size_t y = 0; y < height; ++y) {
    rows += "<TR>";
    for (std::size_t i = y; i < lines.size(); i += height)
      rows += "<TD ALIGN=\"LEFT\">" + small(lines[i] + "     ") + "</TD>";
    rows += "</TR>";
  }
  return "<TR><TD ALIGN=\"LEFT\"><TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\">" + rows +
         "</TABLE></TD></TR>";
}

}  // namespace

std::string timeline_dot(const Plan& plan, Time length) {
  std::vector<Part> parts = parts_of(plan, length);
  if (parts.back().end <= parts.front().begin) return "";
  lay_out(parts);
  return "<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"3\" CELLPADDING=\"0\">" + bar(parts) + scale(parts) +
         legend(plan, parts) + list(plan) + "</TABLE>>";
}

}  // namespace reel::engine
