/// Prompts and what was understood of them, as JSON: for programs, and for servers that pass it on.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "reel/prompt/prompt.hpp"

namespace reel::prompt {

/// `{"complete", "clauses": [{"words", "stage", "meaning", "times": [{"written", "begin_ns", "end_ns"}]}], "questions", "refusals",
/// "unknown", "notes": [{"words", "code", "text", "choices"}], "yaml"}` with words as `{"begin", "length", "text"}`: bytes of the prompt,
/// and what stands there. A time without an end has no `end_ns`; `stage` and `yaml` are null where there is none.
nlohmann::json to_json(const Understanding& understanding, std::string_view prompt);

/// `{"name", "box": [x, y, width, height] or "polygon": [[x, y], …], "unit": "px" or "relative"}`, name and unit may be left out. Throws
/// base::InputError where that is no part of a picture, and says why.
Drawn drawn_of(const nlohmann::json& drawn);

/// What is wrong with a part of the picture, in words; empty: nothing.
std::string fault_of(const model::Region& region);

}  // namespace reel::prompt
