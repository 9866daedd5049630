/// A stage's page in the reference, generated from its schema.
#pragma once

#include <string>
#include <vector>

#include "reel/model/stage.hpp"

namespace reel::cli {

/// `0 to 200 px`, `linear or smooth`; empty where anything goes.
std::string values_of(const model::ParamSchema& param);

/// `picture and sound`
std::string kinds_of(bool video, bool audio);

/// Markdown. Its picture is expected as `pictures/NAME.jpg`, its example as `examples/NAME.yaml`, beside the
/// page.
std::string reference_page(const model::StageTraits& stage);
std::string reference_index(const std::vector<const model::StageTraits*>& stages);

}  // namespace reel::cli
