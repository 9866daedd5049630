#include "prompt_view.hpp"

#include <algorithm>
#include <sstream>

#include "reel/base/text.hpp"
#include "terminal.hpp"

namespace reel::cli {
namespace {

using namespace std::chrono_literals;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string_view part(std::string_view text, const prompt::Words& words) {
  return text.substr(std::min(words.begin, text.size()), words.length);
}

/// On one line, and short.
std::string quoted_words(std::string_view text, int width) {
  // What is left of 80 columns suffices for the others.
  const auto widest = static_cast<std::size_t>(std::clamp(width / 4 - 2, 18, 40));
  std::string line;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) line += (line.empty() ? "" : " ") + word;
  return base::printable(base::beginning(line, widest));
}

bool in_frames(const std::optional<base::TimePoint>& point) {
  return point && std::holds_alternative<base::FrameNumber>(*point);
}

std::string shown(const prompt::ReadTime& time) {
  const base::TimeRange& at = time.absolute;
  std::string text = base::format_moment(at.begin);
  if (at.open_ended())
    text += "..end";
  else if (at.end != at.begin)
    text += ".." + base::format_moment(at.end);
  if (in_frames(time.written.begin) || in_frames(time.written.end)) text += " (" + base::format(time.written) + ")";
  return text;
}

std::string shown(const std::vector<prompt::ReadTime>& times) {
  std::string text;
  for (const prompt::ReadTime& time : times) text += (text.empty() ? "" : ", ") + shown(time);
  return text.empty() ? "all" : text;
}

/// The smallest step with room for a label at each.
base::Time step_of(base::Time duration, std::size_t columns) {
  constexpr std::size_t room = 10;
  const auto most = static_cast<base::Time::rep>(std::max<std::size_t>(1, columns / room));
  for (const base::Time step :
       {base::Time(1s), base::Time(2s), base::Time(5s), base::Time(10s), base::Time(15s), base::Time(30s),
        base::Time(1min), base::Time(2min), base::Time(5min), base::Time(10min), base::Time(15min), base::Time(30min)})
    if (duration / step <= most) return step;
  base::Time step = 1h;
  while (duration / step > most) step *= 2;
  return step;
}

class Scale {
 public:
  Scale(base::Time duration, std::size_t columns) : duration_(duration), columns_(columns) {}

  std::string bar(const std::vector<prompt::ReadTime>& times) const {
    std::string line(columns_, times.empty() ? '=' : '.');
    for (const prompt::ReadTime& time : times) mark(line, time.absolute);
    return line;
  }
  std::string minutes() const {
    std::string line(columns_, ' ');
    const base::Time step = step_of(duration_, columns_);
    for (base::Time at{0}; at < duration_; at += step) {
      const std::string label = base::format_time(at);
      const std::size_t column = column_of(at);
      if (column + label.size() <= columns_) line.replace(column, label.size(), label);
    }
    return line.substr(0, line.find_last_not_of(' ') + 1);
  }

 private:
  std::size_t column_of(base::Time at) const {
    const double share = base::seconds(std::clamp(at, base::Time{0}, duration_)) / base::seconds(duration_);
    return std::min(columns_ - 1, static_cast<std::size_t>(share * static_cast<double>(columns_)));
  }
  void mark(std::string& line, const base::TimeRange& range) const {
    const std::size_t begin = column_of(range.begin);
    if (range.begin == range.end) {
      line[begin] = '|';
      return;
    }
    // The column in which the range ends, unless it ends where that begins.
    const std::size_t end = column_of(std::max(range.begin, std::min(range.end, duration_) - 1ns)) + 1;
    line.replace(begin, end - begin, end - begin, '=');
  }

  base::Time duration_;
  std::size_t columns_;
};

std::string painted(const std::string& bar, bool color) {
  if (!color) return bar;
  std::string out;
  for (std::size_t i = 0, end = 0; i < bar.size(); i = end) {
    end = std::min(bar.find_first_not_of(bar[i], i), bar.size());
    const char* const code = bar[i] == '.' ? "\033[2m" : "\033[1;32m";
    out += code + bar.substr(i, end - i) + "\033[0m";
  }
  return out;
}

model::Mark mark_of(const std::string& text, const prompt::Words& words) {
  const std::string_view before = std::string_view(text).substr(0, std::min(words.begin, text.size()));
  const auto line = before.rfind('\n');
  const std::string_view covered = part(text, words);
  return {static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1,
          characters(line == before.npos ? before : before.substr(line + 1)) + 1,
          std::max<std::size_t>(1, characters(covered.substr(0, covered.find('\n'))))};
}

void add(std::vector<model::Diagnostic>& to, const std::vector<prompt::Remark>& remarks, model::Severity severity,
         const std::string& hint, const std::string& text) {
  for (const prompt::Remark& remark : remarks)
    to.push_back({severity, remark.code, mark_of(text, remark.words), remark.text,
                  remark.choices.empty() ? "" : hint + base::join_words(remark.choices, "or")});
}

}  // namespace

std::string clause_table(const prompt::Understanding& understanding, const std::string& prompt, int width) {
  std::vector<std::vector<std::string>> rows{{"  words", "stage", "times", "what it does"}};
  for (const prompt::Clause& clause : understanding.clauses)
    rows.push_back({"  " + quoted_words(part(prompt, clause.words), width), clause.stage, shown(clause.times),
                    base::printable(clause.meaning)});
  return rows.size() == 1 ? "" : terminal::table(rows, width);
}

std::string timeline(const prompt::Understanding& understanding, std::optional<base::Time> duration, int width,
                     bool color) {
  const auto& clauses = understanding.clauses;
  if (!duration || *duration <= base::Time{0} || clauses.empty()) return {};
  std::size_t label = 0;
  for (const prompt::Clause& clause : clauses) label = std::max(label, base::display_width(clause.stage));
  constexpr std::size_t margin = 2, least = 20;
  const auto room = static_cast<std::size_t>(std::max(0, width));
  const std::size_t before = margin + label + margin;
  const Scale scale(*duration, std::max(least, room - std::min(room, before)));
  std::string text;
  for (const prompt::Clause& clause : clauses)
    text += std::string(margin, ' ') + clause.stage +
            std::string(label - base::display_width(clause.stage) + margin, ' ') +
            painted(scale.bar(clause.times), color) + '\n';
  return text + std::string(before, ' ') + scale.minutes() + '\n';
}

model::Diagnosed remarks_of(const prompt::Understanding& understanding, const std::string& prompt) {
  model::Diagnosed out{"prompt", prompt, {}};
  add(out.diagnostics, understanding.notes, model::Severity::note, "", prompt);
  add(out.diagnostics, understanding.questions, model::Severity::question, "answers: ", prompt);
  add(out.diagnostics, understanding.refusals, model::Severity::error, "what can be done: ", prompt);
  add(out.diagnostics, understanding.unknown, model::Severity::error, "did you mean ", prompt);
  return out;
}

std::string colored_difference(const std::string& difference) {
  std::string out;
  std::istringstream lines(difference);
  for (std::string line; std::getline(lines, line);) {
    const char* const code = line.starts_with('+')   ? "\033[32m"
                             : line.starts_with('-') ? "\033[31m"
                             : line.starts_with('@') ? "\033[36m"
                                                     : "";
    out += *code == '\0' ? line + '\n' : code + line + "\033[0m\n";
  }
  return out;
}

}  // namespace reel::cli
