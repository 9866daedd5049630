/// What was understood of a prompt, for people to read.
#pragma once

#include <optional>
#include <string>

#include "reel/model/diagnostic.hpp"
#include "reel/prompt/prompt.hpp"

namespace reel::cli {

/// The words, the stage, the times and what it does: a row a clause.
std::string clause_table(const prompt::Understanding& understanding, const std::string& prompt, int width);

/// When each clause holds: a bar a clause over the length of the media, with the minutes below, in `width` columns. Empty where there is
/// nothing to show.
std::string timeline(const prompt::Understanding& understanding, std::optional<base::Time> duration, int width,
                     bool color);

/// Notes, questions, refusals and unknown words at their places, as faults of a pipeline are shown at theirs.
model::Diagnosed remarks_of(const prompt::Understanding& understanding, const std::string& prompt);

/// As base::difference(), with additions and removals in colours.
std::string colored_difference(const std::string& difference);

}  // namespace reel::cli
