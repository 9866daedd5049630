/// Segmenters of plugins: the extension `reel.segmenter/1`. A catalogue has to be there.
#pragma once

#include <string>
#include <vector>

namespace reel::catalog {

/// What can be found in pictures by a word now, in order and each once; what a segmenter cannot say is logged. Any thread.
std::vector<std::string> labels_that_are_found();

}  // namespace reel::catalog
