#pragma once

#include "gaussian.hpp"
#include "region_mask.hpp"

namespace reel::picture {

/// Unsharp mask: luma moves away from its own blur.
class Sharpen : public VideoFilter<Sharpen> {
 public:
  static constexpr StageInfo stage{.name = "reel-sharpen",
                                   .title = "Sharpen",
                                   .summary = "Makes edges and details stand out",
                                   .formats = "{ " REEL_PICTURE_YUV ", " REEL_PICTURE_YUV_ALPHA ", A420, A420_10LE }",
                                   .contract = "pointwise",
                                   .synonyms = "sharp,crisp,unsharp,clarity,detail"};
  struct Params {
    double amount = 1, radius = 1, threshold = 0;
    Region region;
  };
  static constexpr auto params = reel::params(
      reel::param("amount", &Params::amount, "How much of the difference to its blur is added to the picture")
          .range(0, 5)
          .identity("0"),
      reel::param("radius", &Params::radius, "Size of the details: the standard deviation of the blur")
          .range(0.3, 10)
          .unit("px"),
      reel::param("threshold", &Params::threshold,
                  "Differences below this share of full brightness are left alone, so that noise is not sharpened")
          .range(0, 0.5),
      reel::param("region", &Params::region, "Part of the picture to sharpen; all of it when empty"));

  void process(VideoFrame& frame, const Params& p);
  bool idle(Time, const Params& p) const { return p.amount <= 0; }

 private:
  template <class T>
  void run(VideoFrame& frame, const Params& p);

  RegionMask mask_;
  GaussianBlur blur_;
};

}  // namespace reel::picture
