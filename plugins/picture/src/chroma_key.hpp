#pragma once

#include "samples.hpp"

namespace reel::picture {

/// Makes pixels of one colour transparent, as before a green or blue screen.
///
/// A colour-difference matte: what counts is how much more of the key colour there is in a pixel's chroma
/// than of the colours beside it, in units of the key colour's own strength. So folds and shadows on the
/// screen vanish too, while skin, yellow and cyan stay.
class ChromaKey : public VideoFilter<ChromaKey> {
 public:
  static constexpr StageInfo stage{.name = "reel-chroma-key",
                                   .title = "Chroma key",
                                   .summary = "Makes a green screen, or any colour, transparent",
                                   .formats = "{ AYUV, VUYA, A444_10LE }",
                                   .contract = "pointwise",
                                   .synonyms =
                                       "green screen,blue screen,greenscreen,bluescreen,keying,chromakey,"
                                       "remove background"};
  struct Params {
    Color color{0, 255, 0, 255};
    double tolerance = 0.7, softness = 0.2, spill = 0.5;
    Color background{0, 0, 0, 0};
  };
  static constexpr auto params = reel::params(
      reel::param("color", &Params::color, "The colour to remove"),
      reel::param("tolerance", &Params::tolerance,
                  "How much paler or darker than the colour a pixel may be and still vanish: 0 is not at "
                  "all, 1 is grey")
          .range(0, 1),
      reel::param("softness", &Params::softness, "How much beyond the tolerance pixels are still partly transparent")
          .range(0, 1),
      reel::param("spill", &Params::spill, "How much of the colour's reflection is taken out of what remains")
          .range(0, 1),
      reel::param("background", &Params::background, "Put behind the picture; transparent for use with overlay"));

  void process(VideoFrame& frame, const Params& p);

 private:
  struct Key;
  template <class T>
  static void run(VideoFrame& frame, const Key& key);
};

}  // namespace reel::picture
