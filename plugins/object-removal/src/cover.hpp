/// Makes what a mask covers unrecognisable.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace reel::removal {

enum class Cover { blur, pixelate, fill };

/// In a picture of that depth, for each part of `mask` (CV_8U, of the picture's size) that hangs together. What is left of it are the
/// means of squares, four of which lie across it where it is thickest, and none smaller than 8 samples: nothing can bring the rest back,
/// whatever the kind of cover. `margin`: by how much it is covered beyond the mask, as a share of its thickness; the soft edge lies
/// outside of that.
void cover(std::vector<cv::Mat>& planes, int depth, const cv::Mat& mask, Cover kind, double margin);

}  // namespace reel::removal
