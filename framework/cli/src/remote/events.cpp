#include "remote/events.hpp"

#include "reel/base/error.hpp"

namespace reel::cli::remote {

void EventParser::feed(std::string_view piece, const Handler& handler) {
  constexpr std::size_t most = 4U << 20U;
  for (const char c : piece) {
    // A line ends by CR, LF or both.
    const bool second_half = c == '\n' && after_return_;
    after_return_ = c == '\r';
    if (second_half) continue;
    if (c == '\n' || c == '\r')
      take_line(handler);
    else if (line_.size() + event_.data.size() < most)
      line_ += c;
    else
      throw base::RunError("the server sent an event that is far too long");
  }
}

void EventParser::take_line(const Handler& handler) {
  const std::string line = std::exchange(line_, {});
  if (line.empty()) {
    if (has_data_) handler(event_);
    return reconnect();
  }
  const auto colon = line.find(':');
  const std::string field = line.substr(0, colon);
  std::string value = colon == std::string::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.erase(0, 1);
  if (field == "event") {
    event_.name = value;
  } else if (field == "data") {
    event_.data += (has_data_ ? "\n" : "") + value;
    has_data_ = true;
  } else if (field == "id" && value.find('\0') == std::string::npos) {
    event_.id = value;
  }
}

void EventParser::reconnect() {
  event_.name = "message";
  event_.data.clear();
  line_.clear();
  has_data_ = after_return_ = false;
}

}  // namespace reel::cli::remote
