/// Finds things by models.
#pragma once

#include <memory>
#include <string>

#include "mask/detector.hpp"
#include "model/description.hpp"

namespace reel::removal {

/// Boxes around what a detector's model calls by that label, or masks of what a segmenter's does. Throws Error where the model cannot be
/// run, or its outputs are not as its description says (then as `find` is called).
std::unique_ptr<Detector> make_model_detector(const Model& model, const std::string& label);

/// What `boxes` finds, with the mask that a segmenter's model gives it where that fits into the box.
std::unique_ptr<Detector> with_outlines(std::unique_ptr<Detector> boxes, const Model& model, const std::string& label);

}  // namespace reel::removal
