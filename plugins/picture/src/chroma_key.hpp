#pragma once

#include "samples.hpp"

namespace reel::picture {

/// Makes pixels of one colour transparent, as before a green or blue screen.
///
/// Colours are compared by their chroma alone, so that shadows on the screen and uneven light do no harm, and in units of
/// the key colour's own strength: 0 is the key colour (or a more vivid one), 1 is as far from it as grey is.
class ChromaKey : public VideoFilter<ChromaKey> {
 public:
  static constexpr StageInfo stage{.name = "reel-chroma-key",
                                   .title = "Chroma key",
                                   .summary = "Makes a green screen, or any colour, transparent",
                                   .formats = "{ AYUV, VUYA, A444_10LE }",
                                   .contract = "pointwise",
                                   .synonyms = "green screen,blue screen,greenscreen,bluescreen,keying,chromakey,"
                                               "remove background"};
  struct Params {
    Color color{0, 255, 0, 255};
    double tolerance = 0.4, softness = 0.2, spill = 0.5;
    Color background{0, 0, 0, 0};
  };
  static constexpr auto params = reel::params(
      reel::param("color", &Params::color, "The colour to remove"),
      reel::param("tolerance", &Params::tolerance,
                  "How unlike the colour a pixel may be and still vanish: 0 is the colour itself, 1 reaches to grey")
          .range(0, 2),
      reel::param("softness", &Params::softness, "Beyond the tolerance, over how much more pixels turn opaque")
          .range(0, 2),
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
