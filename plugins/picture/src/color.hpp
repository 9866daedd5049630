#pragma once

#include <array>
#include <optional>
#include <vector>

#include "region_mask.hpp"

namespace reel::picture {

/// Brightness, contrast, gamma, saturation, hue and colour temperature.
///
/// First the temperature scales red, green and blue as light of that colour would. Gains of light are gains
/// of gamma-coded values too, so this is a matrix on luma and chroma. Then chroma is scaled by the saturation
/// and turned by the hue, and luma v, 0 at black and 1 at white, becomes ((v - 0.5) * contrast + 0.5 +
/// brightness) ^ (1 / gamma).
class ColorAdjust : public VideoFilter<ColorAdjust> {
 public:
  static constexpr StageInfo stage{.name = "reel-color",
                                   .title = "Color",
                                   .summary = "Changes brightness, contrast, saturation, hue, gamma and warmth",
                                   .formats = "{ " REEL_PICTURE_YUV ", " REEL_PICTURE_YUV_ALPHA ", A420, A420_10LE }",
                                   .contract = "pointwise",
                                   .synonyms =
                                       "colour,brighten,darken,brightness,contrast,saturation,hue,gamma,warm,"
                                       "cool,vivid,grade,temperature"};
  struct Params {
    double brightness = 0, contrast = 1, saturation = 1, hue = 0, gamma = 1, temperature = 0;
    Region region;
  };
  static constexpr auto params = reel::params(
      reel::param("brightness", &Params::brightness, "Added to the brightness: -1 is black, 1 is white")
          .range(-1, 1)
          .identity("0"),
      reel::param("contrast", &Params::contrast, "Distance from middle grey is multiplied by this: 0 is all grey")
          .range(0, 4)
          .identity("1"),
      reel::param("saturation", &Params::saturation, "Strength of colours: 0 is black and white, 2 is twice as vivid")
          .range(0, 4)
          .identity("1"),
      reel::param("hue", &Params::hue, "Turns all colours around the colour wheel")
          .range(-180, 180)
          .unit("degrees")
          .identity("0"),
      reel::param("gamma", &Params::gamma, "Above 1 brightens the middle tones, below 1 darkens them")
          .range(0.1, 10)
          .identity("1"),
      reel::param("temperature", &Params::temperature,
                  "Warmth: -100 is bluish like light of 25000 K, 0 as it is (6500 K), 100 orange like light "
                  "of 3740 K")
          .range(-100, 100)
          .identity("0"),
      reel::param("region", &Params::region, "Part of the picture to change; all of it when empty"));

  void process(VideoFrame& frame, const Params& p);
  bool idle(Time, const Params& p) const { return is_identity(p); }

 private:
  using Matrix = std::array<std::array<double, 3>, 3>;

  static bool is_identity(const Params& p);
  void prepare(const VideoFrame& frame, const Params& p);
  void make_luma_table(const Params& p);
  template <class T>
  void run(VideoFrame& frame);
  template <class T>
  void change_luma(VideoFrame& frame);
  template <class T>
  void turn_chroma(const VideoFrame& frame, int y, const Area& area, bool tinted);
  template <class T, class Step>
  void turn_row(const T* in_u, const T* in_v, Step step, const std::array<float, 4>& mu,
                const std::array<float, 4>& mv);
  template <class T>
  void average_luma(const VideoFrame& frame, int y, const Area& area);
  template <class T>
  void mix_luma(VideoFrame& frame, int y);

  RegionMask mask_;
  std::optional<Params> made_for_;
  GstVideoFormat format_ = GST_VIDEO_FORMAT_UNKNOWN;
  GstVideoColorimetry colorimetry_{};
  int top_ = 255;                     ///< the largest sample
  std::array<double, 3> offset_{};    ///< of black and of no colour, in samples
  std::array<double, 3> scale_{};     ///< of white and of full colour
  Matrix matrix_{};                   ///< of samples, their offsets taken off
  std::vector<std::uint16_t> luma_;   ///< a sample's new value
  std::vector<std::uint16_t> u_, v_;  ///< a row of new chroma
  std::vector<float> y_;              ///< luma at each of them
};

}  // namespace reel::picture
