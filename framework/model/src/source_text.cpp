#include "source_text.hpp"

#include <algorithm>

namespace reel::model {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

SourceText::SourceText(std::string_view text) : text_(text) {
  starts_.push_back(text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) starts_.push_back(at + 1);
  last_offset_ = starts_.front();
}

std::string_view SourceText::line(std::size_t number) const {
  if (number == 0 || number > starts_.size()) return {};
  const std::size_t begin = starts_[number - 1];
  std::string_view line = text_.substr(begin, std::min(text_.find('\n', begin), text_.size()) - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::size_t SourceText::offset(std::size_t line, std::size_t byte_column) const {
  if (line >= starts_.size()) return text_.size();
  return std::min(starts_[line] + byte_column, text_.size());
}

Mark SourceText::mark(std::size_t offset, std::size_t bytes) const {
  offset = std::clamp(offset, starts_.front(), text_.size());
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto line = static_cast<std::size_t>(after - starts_.begin()) - 1;
  // Counting from the latest mark keeps a text of one very long line from taking quadratic time.
  const std::size_t from = line == last_line_ ? last_offset_ : starts_[line];
  const std::size_t known = line == last_line_ ? last_column_ : 0;
  const std::size_t column = offset >= from ? known + count_characters(text_.substr(from, offset - from))
                                            : known - count_characters(text_.substr(offset, from - offset));
  last_offset_ = offset;
  last_line_ = line;
  last_column_ = column;
  std::string_view covered = text_.substr(offset, bytes);
  covered = covered.substr(0, covered.find_first_of("\r\n"));
  return {line + 1, column + 1, std::max<std::size_t>(1, count_characters(covered))};
}

}  // namespace reel::model
