#pragma once

#include <array>
#include <optional>
#include <vector>

#include "grid.hpp"

namespace reel::picture {

/// Takes noise out in two steps: a mean over this picture and the two before it, wherever a patch around the
/// sample shows no more difference than noise makes; then a mean over like samples nearby, the weaker the
/// more time has done. Looks back two pictures and no further, so that a part of a video comes out as it does
/// within the whole.
class Denoise : public VideoFilter<Denoise> {
 public:
  static constexpr StageInfo stage{.name = "reel-denoise",
                                   .title = "Denoise",
                                   .summary = "Takes noise out of pictures and keeps edges and motion sharp",
                                   .formats =
                                       "{ I420, YV12, Y42B, Y444, I420_10LE, I422_10LE, Y444_10LE, I420_12LE, "
                                       "I422_12LE, Y444_12LE, GRAY8, GRAY16_LE }",
                                   .contract = "window 2 0",
                                   .synonyms = "noise,grain,clean,noise reduction,smooth"};
  struct Params {
    double strength = 0.3;
    Ranges during;
  };
  static constexpr auto params =
      reel::params(reel::param("strength", &Params::strength,
                               "How strong the noise is: 0.3 suits a camera in dim light (a standard "
                               "deviation of 6 in 255), 1 is 20")
                       .range(0, 1)
                       .identity("0"));

  void start(const Params&) { forget(); }
  void format(const VideoFormat&, const Params&) { forget(); }
  void process(VideoFrame& frame, const Params& p);
  /// Pictures that pass are no history either: what comes after them does not depend on what came before.
  bool idle(Time, const Params& p) {
    if (p.strength > 0) return false;
    forget();
    return true;
  }

 private:
  static constexpr int depth = 3;  ///< pictures, this one included
  struct Component {
    std::array<Grid, depth> pictures;  ///< this one first
    Grid mean, guide, range;
  };
  struct Moment {
    Time time, duration;
    TimeRange range;  ///< of the stage's times that it lies in
  };
  void forget() { known_ = 0, last_.reset(); }
  void follow(const VideoFrame& frame, const Params& p);
  template <class T>
  void run(VideoFrame& frame, double sigma);
  void average_over_time(Component& c, float sigma);
  void average_nearby(Component& c, int y, float* out);

  std::array<Component, 3> components_;
  int known_ = 0;  ///< pictures before this one
  std::optional<Moment> last_;
  std::vector<float> sums_, squares_, line_, weights_;
};

}  // namespace reel::picture
