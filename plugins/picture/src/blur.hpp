#pragma once

#include "gaussian.hpp"
#include "region_mask.hpp"

namespace reel::picture {

/// Gaussian blur of the picture or of a region.
class Blur : public VideoFilter<Blur> {
 public:
  static constexpr StageInfo stage{.name = "reel-blur",
                                   .title = "Blur",
                                   .summary = "Blurs the picture, or a part of it that may move",
                                   .formats = "{ " REEL_PICTURE_YUV ", " REEL_PICTURE_YUV_ALPHA ", " REEL_PICTURE_RGB
                                              ", " REEL_PICTURE_RGB_ALPHA " }",
                                   .contract = "pointwise",
                                   .synonyms = "hide,obscure,soften,defocus,anonymise,unrecognisable"};
  struct Params {
    double radius = 8;
    Region region;
    double feather = 0;
  };
  static constexpr auto params = reel::params(
      reel::param("radius", &Params::radius,
                  "How far details spread: the standard deviation of the Gaussian, as in image editors")
          .range(0, 200)
          .unit("px")
          .identity("0"),
      reel::param("region", &Params::region, "Part of the picture to blur; all of it when empty"),
      reel::param("feather", &Params::feather, "Width of the soft edge of the region").range(0, 500).unit("px"));

  void process(VideoFrame& frame, const Params& p);
  bool idle(Time, const Params& p) const { return p.radius <= 0; }

 private:
  template <class T>
  void run(VideoFrame& frame, double radius);
  template <class T>
  void blur_component(VideoFrame& frame, int c, double radius);
  template <class T>
  void blur_with_alpha(VideoFrame& frame, int alpha, double radius);

  RegionMask mask_;
  GaussianBlur blur_, alpha_blur_;
};

}  // namespace reel::picture
