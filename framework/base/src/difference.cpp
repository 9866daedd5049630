#include "reel/base/difference.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace reel::base {
namespace {

constexpr std::size_t context = 3;
constexpr std::size_t most_cells = 4'000'000;  // of the table below

struct Line {
  char mark = ' ';  // ' ', '-' or '+'
  std::string_view text;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Two runs of lines that begin and end differently, by their longest common subsequence.
void compare(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b, std::vector<Line>& out) {
  const std::size_t width = b.size() + 1;
  const bool small = (a.size() + 1) <= most_cells / width;
  // longest[i * width + j]: lines that a from i and b from j have in common.
  std::vector<std::uint32_t> longest(small ? (a.size() + 1) * width : 0);
  for (std::size_t i = a.size(); small && i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      longest[i * width + j] = a[i] == b[j] ? longest[(i + 1) * width + j + 1] + 1
                                            : std::max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
  std::size_t i = 0, j = 0;
  while (small && i < a.size() && j < b.size()) {
    if (a[i] == b[j])
      out.push_back({' ', a[i++]}), ++j;
    else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1])
      out.push_back({'-', a[i++]});
    else
      out.push_back({'+', b[j++]});
  }
  for (; i < a.size(); ++i) out.push_back({'-', a[i]});
  for (; j < b.size(); ++j) out.push_back({'+', b[j]});
}

std::vector<Line> compared(std::vector<std::string_view> a, std::vector<std::string_view> b) {
  std::vector<Line> out;
  const auto differs = std::ranges::mismatch(a, b);
  const auto same = static_cast<std::size_t>(differs.in1 - a.begin());
  for (std::size_t i = 0; i < same; ++i) out.push_back({' ', a[i]});
  a.erase(a.begin(), differs.in1);
  b.erase(b.begin(), differs.in2);
  std::vector<std::string_view> tail;
  for (; !a.empty() && !b.empty() && a.back() == b.back(); a.pop_back(), b.pop_back()) tail.push_back(a.back());
  compare(a, b, out);
  for (auto line = tail.rbegin(); line != tail.rend(); ++line) out.push_back({' ', *line});
  return out;
}

/// `12,3`; a part without lines is named by the line before it.
std::string place(std::size_t begin, std::size_t count) {
  return std::to_string(count == 0 ? begin : begin + 1) + (count == 1 ? "" : "," + std::to_string(count));
}

std::string hunk(const std::vector<Line>& lines, std::size_t begin, std::size_t end) {
  const auto count = [&](std::size_t from, std::size_t to, char other) {
    return static_cast<std::size_t>(std::count_if(lines.begin() + static_cast<std::ptrdiff_t>(from),
                                                  lines.begin() + static_cast<std::ptrdiff_t>(to),
                                                  [&](const Line& line) { return line.mark != other; }));
  };
  std::string text = "@@ -" + place(count(0, begin, '+'), count(begin, end, '+')) + " +" +
                     place(count(0, begin, '-'), count(begin, end, '-')) + " @@\n";
  for (std::size_t i = begin; i < end; ++i) text += lines[i].mark + std::string(lines[i].text) + '\n';
  return text;
}

}  // namespace

std::string difference(std::string_view before, std::string_view after) {
  const std::vector<Line> lines = compared(lines_of(before), lines_of(after));
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].mark == ' ') continue;
    // Changes share a hunk where their surroundings meet.
    std::size_t last = i;
    for (std::size_t j = i + 1; j < lines.size() && j <= last + 2 * context + 1; ++j)
      if (lines[j].mark != ' ') last = j;
    const std::size_t end = std::min(last + context + 1, lines.size());
    text += hunk(lines, i - std::min(i, context), end);
    i = end - 1;
  }
  return text;
}

}  // namespace reel::base
