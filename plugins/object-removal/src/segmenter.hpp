/// What this plugin finds in pictures, for other plugins and for prompts.
#pragma once

#include <reel/segmenter.hpp>

namespace reel::removal {

class OwnSegmenter : public Segmenter<OwnSegmenter> {
 public:
  static std::vector<std::string> labels();
  static std::unique_ptr<Finder> open(const std::string& label);
};

}  // namespace reel::removal
