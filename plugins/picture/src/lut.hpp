#pragma once

#include <array>
#include <vector>

#include "cube.hpp"
#include "samples.hpp"

namespace reel::picture {

/// Colours by a lookup table from a .cube file.
class Lut : public VideoFilter<Lut> {
 public:
  static constexpr StageInfo stage{.name = "reel-lut",
                                   .title = "Lookup table",
                                   .summary = "Gives the picture the colours of a lookup table in a .cube file",
                                   .formats = "{ " REEL_PICTURE_RGB ", " REEL_PICTURE_RGB_ALPHA ", ARGB64, GBRA }",
                                   .contract = "pointwise",
                                   .synonyms = "look,grade,color grade,cube,film look"};
  enum class Interpolation { tetrahedral, trilinear };
  struct Params {
    File file;
    Interpolation interpolation = Interpolation::tetrahedral;
    double strength = 1;
  };
  static constexpr auto params = reel::params(
      reel::param("file", &Params::file, "The lookup table: a .cube file, 1D, 3D or both").required().fixed(),
      reel::param("interpolation", &Params::interpolation, "How colours between the table's entries are found"),
      reel::param("strength", &Params::strength, "Share of the new colours in the mix with the old ones")
          .range(0, 1)
          .identity("0"));

  void start(const Params& p);
  void process(VideoFrame& frame, const Params& p);
  bool idle(Time, const Params& p) const { return p.strength <= 0; }

 private:
  /// Where a sample falls on one axis of the lattice.
  struct Position {
    int index;       ///< of the entry at or before it, times the distance of entries along the axis
    float fraction;  ///< of the way to the next one
  };
  void prepare(const VideoFrame& frame, double strength);
  float curve_at(std::size_t channel, double value) const;
  Position position(std::size_t channel, double value) const;
  template <class T, class Mix>
  void run(VideoFrame& frame, float strength, Mix mix) const;
  template <class T>
  void run_curve(VideoFrame& frame) const;

  Cube cube_;
  int top_ = 0;  ///< the largest sample that the tables are for
  double strength_ = -1;
  std::vector<Node> lattice_;                         ///< the cube's, in samples
  std::array<std::vector<Position>, 3> positions_;    ///< for each sample
  std::array<std::vector<std::uint16_t>, 3> curves_;  ///< new samples, where the file has a curve alone
};

constexpr auto choices(Lut::Interpolation) {
  return std::array{
      choice(Lut::Interpolation::tetrahedral, "tetrahedral", "Between the four nearest entries: keeps greys grey"),
      choice(Lut::Interpolation::trilinear, "trilinear", "Between the eight nearest entries")};
}

}  // namespace reel::picture
