/// What standard output and standard error are, and how to write to them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace reel::cli::terminal {

enum class Stream { output, error };

bool is_terminal(Stream stream);
/// A terminal, and the user has not asked for none ($NO_COLOR, TERM=dumb).
bool colors(Stream stream);
/// Columns; 80 where it cannot tell.
int width(Stream stream);

/// Rows of cells as aligned columns; the last column wraps at the terminal's width. The first row is the
/// head.
std::string table(const std::vector<std::vector<std::string>>& rows, int width);

/// `text` broken at blanks into lines of at most `width` columns, each with `indent` blanks before it.
std::string wrapped(const std::string& text, int width, int indent = 0);

/// Bold, where the stream shows colours.
std::string strong(const std::string& text, Stream stream = Stream::output);

/// Somebody is there to answer: standard input and standard error are a terminal.
bool can_ask();
/// A line typed after `question`, which is shown on standard error; none: the input has ended.
std::optional<std::string> ask(const std::string& question);

}  // namespace reel::cli::terminal
