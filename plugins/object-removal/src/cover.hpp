/// Makes what a mask covers unrecognisable.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace reel::removal {

enum class Cover { blur, pixelate, fill };

/// In a picture of that depth, for each part of `mask` (CV_8U, of the picture's size) that hangs together. What is left of a part
/// are the means of at most 6 × 6 squares or as large as `least`, whatever its size and the kind of cover: nothing can bring the rest
/// back. `margin`: by how much it is covered beyond the mask, as a share of its longer side; the soft edge lies outside of that.
void cover(std::vector<cv::Mat>& planes, int depth, const cv::Mat& mask, Cover kind, double margin);

}  // namespace reel::removal
