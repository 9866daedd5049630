/// Parameters of a stage as properties of its element. Private to the engine.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "graph/gst.hpp"
#include "reel/model/pipeline.hpp"

namespace reel::engine {

using SecretSource = std::function<std::string(const std::string&)>;

/// Nanoseconds `A..B,C..D`; an end left out stays out. Frame numbers must have become times before.
std::string ranges_text(const std::vector<base::TimePointRange>& ranges);

/// The text of reel::Region, with its keyframes if it has some.
std::string region_text(const model::Region& region);
std::string region_text(const std::vector<model::Keyframe>& keyframes);

/// Sets all that the author set. Secrets are asked for here and nowhere else, and are hidden in logs from
/// then on. Relative paths of type `file` count from `folder`. Throws base::InputError where an element will
/// not take a value.
void apply_settings(GstElement* element, const model::Stage& stage, const std::filesystem::path& folder,
                    const SecretSource& secret);

/// Whether it has such a property that can be set.
bool has_property(GstElement* element, const std::string& name);

}  // namespace reel::engine
