/// The last steps of a fill: its seam, and how far it is believed. All values are CV_32F, in steps of 8 bits. Errors and beliefs are of
/// cells of the hole's area, of `step` samples in each direction.
#pragma once

#include "composite.hpp"
#include "hole.hpp"

namespace reel::removal {

/// Shifts the brightness of a composite so that it meets the picture around the hole without a seam. Returns how wrong it is there,
/// extended into the hole. `values`: the plane's, of the hole's area.
cv::Mat meet_seam(const PlaneHole& hole, const cv::Mat& values, Composite& composite);

/// The hole by its surroundings in the same picture alone. `wide_cells`: means of the cells of its wide surroundings.
cv::Mat spatial_fill(const PlaneHole& hole, const cv::Mat& wide_cells);
/// How wrong that is where it can be told, which is around the hole, extended into it.
cv::Mat spatial_error(const PlaneHole& hole, const cv::Mat& values);

/// How far the composite is believed rather than the spatial fill: 0 to 1.
cv::Mat belief(const cv::Mat& composite_error, const cv::Mat& spatial_error);

}  // namespace reel::removal
