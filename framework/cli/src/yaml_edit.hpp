/// What commands put into a pipeline: texts and numbers from the command line.
#pragma once

#include <string>

#include "reel/model/document.hpp"

namespace reel::cli {

/// Any text as YAML that means it, character by character.
std::string yaml_text(std::string text);

/// The value of `key` in a map; made, with that mark, where it is missing.
model::Node& entry(model::Node& map, const std::string& key, model::Mark mark = {});

/// What was typed, as if it stood there without quotes: a number, a time, a word. `${` has no meaning in it.
model::Node as_typed(const std::string& word);

/// As as_typed(), but a text whatever it looks like.
model::Node as_text(const std::string& word);

}  // namespace reel::cli
