/// One plane of a hole, put together from the same place in other pictures.
#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <vector>

#include "alignment.hpp"
#include "picture.hpp"

namespace reel::removal {

/// A picture that shows what is behind the hole, or a part of it.
struct Source {
  const Picture* picture;
  const SourceView* view;
  Alignment alignment;
  int distance;  ///< pictures from the one with the hole; negative: before it
};

/// Which sources are used where: shares at the corners of a grid over the hole, between which they pass into one another.
class SourceGrid {
 public:
  static constexpr int cell = 4;  ///< samples at work size

  /// `sources`: in order of time; `area`: at work size.
  SourceGrid(const std::vector<Source>& sources, cv::Rect area);

  cv::Rect area() const { return area_; }
  cv::Size cells() const { return {nodes_.width - 1, nodes_.height - 1}; }
  /// A source that is used at a corner of the cells, and its share there.
  struct Use {
    int source = 0;
    float share = 0;  ///< 0: none is
  };
  static constexpr std::size_t most_mixed = 3;
  using Uses = std::array<Use, most_mixed>;
  const Uses& uses(int x, int y) const { return uses_[static_cast<std::size_t>(y * nodes_.width + x)]; }
  /// Whether any source shows a place in a cell, `u` and `v` of the way through it: 0 no, 1 yes, between them near a border.
  float known(int x, int y, float u, float v) const;
  /// How much the sources differ from one another, for each cell of a hole's area in a plane: CV_32F, steps of 8 bits.
  cv::Mat doubt(const PlaneHole& hole, const cv::Matx33d& to_work) const;

  /// What a source says of one place.
  struct View {
    std::size_t source;
    float shown;         ///< whether it shows the place, 0 to 1
    float worth, value;  ///< what it counts; in steps of 8 bits
  };

 private:
  std::vector<View> views_of(const std::vector<Source>& sources, cv::Point2d at) const;
  void weigh(const std::vector<Source>& sources, cv::Point node);

  cv::Rect area_;
  cv::Size nodes_;
  std::vector<float> qualities_;  ///< of the sources
  std::vector<double> margins_;
  std::vector<Uses> uses_;
  cv::Mat known_, doubt_;  ///< CV_32F, at the corners
};

/// What the sources show of a hole's surroundings in one plane. All CV_32F, of that size, and nothing outside the hole's zone.
struct Composite {
  cv::Mat values;  ///< in steps of 8 bits
  cv::Mat known;   ///< 0 where there are none, 1 where there are, between them near a border
  cv::Mat future;  ///< how much of them comes from later pictures, 0 to 1
};
/// `to_work`: from samples of the plane to those at work size.
Composite composed(const std::vector<Source>& sources, const SourceGrid& grid, std::size_t plane, const PlaneHole& hole,
                   const cv::Matx33d& to_work);

}  // namespace reel::removal
