#pragma once

#include <vector>

#include "region_mask.hpp"

namespace reel::picture {

/// Mosaic: square blocks of one colour each.
class Pixelate : public VideoFilter<Pixelate> {
 public:
  static constexpr StageInfo stage{.name = "reel-pixelate",
                                   .title = "Pixelate",
                                   .summary = "Turns the picture, or a part of it that may move, into coarse blocks",
                                   .formats = "{ " REEL_PICTURE_YUV ", " REEL_PICTURE_YUV_ALPHA ", " REEL_PICTURE_RGB
                                              ", " REEL_PICTURE_RGB_ALPHA " }",
                                   .contract = "pointwise",
                                   .synonyms = "mosaic,censor,pixelize,hide,obscure,anonymise"};
  struct Params {
    double size = 16;
    Region region;
  };
  static constexpr auto params = reel::params(
      reel::param("size", &Params::size,
                  "Side of the blocks; their grid stays with the picture, so that a moving region does not flicker")
          .range(1, 500)
          .unit("px")
          .identity("1"),
      reel::param("region", &Params::region, "Part of the picture to pixelate; all of it when empty"));

  void process(VideoFrame& frame, const Params& p);
  bool idle(Time, const Params& p) const { return p.size <= 1; }

 private:
  template <class T>
  void run(VideoFrame& frame, double size);
  template <class T>
  void sum_columns(const VideoFrame& frame, int c, int top, int bottom, int left, int right);
  void average(int rows, int top, const std::vector<int>& edges);

  RegionMask mask_;
  std::vector<float> sums_, weights_;  ///< of a block row's columns, from its first block's left edge on
  std::vector<std::uint16_t> colors_;  ///< of a block row, for each column
};

}  // namespace reel::picture
