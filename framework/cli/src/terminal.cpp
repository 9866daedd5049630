#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "reel/base/text.hpp"

namespace reel::cli::terminal {
namespace {

int descriptor(Stream stream) { return stream == Stream::output ? STDOUT_FILENO : STDERR_FILENO; }

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t have = base::display_width(text);
  return text + std::string(width > have ? width - have : 0, ' ');
}

}  // namespace

bool is_terminal(Stream stream) { return isatty(descriptor(stream)) == 1; }

bool colors(Stream stream) {
  const char* const term = std::getenv("TERM");
  return is_terminal(stream) && std::getenv("NO_COLOR") == nullptr && term != nullptr && std::string(term) != "dumb";
}

int width(Stream stream) {
  winsize size{};
  if (ioctl(descriptor(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string wrapped(const std::string& text, int width, int indent) {
  std::istringstream words(text);
  std::string out, line, word;
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  const auto room = static_cast<std::size_t>(std::max(20, width - indent));
  while (words >> word) {
    if (!line.empty() && base::display_width(line) + 1 + base::display_width(word) > room) {
      out += margin + line + '\n';
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return line.empty() ? out : out + margin + line + '\n';
}

std::string table(const std::vector<std::vector<std::string>>& rows, int width) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], base::display_width(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) line += padded(row[i], widths[i] + 2);
    const int indent = static_cast<int>(base::display_width(line));
    const std::string last = row.empty() ? "" : wrapped(row.back(), std::max(width, indent + 30), indent);
    // The first line of the last cell stands in the row itself.
    out += last.empty() ? line.substr(0, line.find_last_not_of(' ') + 1) + '\n'
                        : line + last.substr(static_cast<std::size_t>(indent));
  }
  return out;
}

std::string strong(const std::string& text, Stream stream) {
  return colors(stream) ? "\033[1m" + text + "\033[0m" : text;
}

bool can_ask() { return isatty(STDIN_FILENO) == 1 && is_terminal(Stream::error); }

std::optional<std::string> ask(const std::string& question) {
  std::cout.flush();
  std::cerr << question << std::flush;
  std::string line;
  if (std::getline(std::cin, line)) return line;
  std::cerr << '\n';
  return std::nullopt;
}

}  // namespace reel::cli::terminal
