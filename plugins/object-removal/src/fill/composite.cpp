#include "composite.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace reel::removal {
namespace {

constexpr std::size_t most_mixed = 3;  // sources at one place

constexpr float tolerated = 8;  // by how much sources may differ, in steps of 8 bits

float ramp(double value, double width) { return static_cast<float>(std::clamp(value / width, 0.0, 1.0)); }

/// Whether a source shows a place, in its own samples: 0 no, 1 yes, between them near a border.
float visible(const Source& source, cv::Point2d p) {
  const cv::Size size = source.view->smooth.size();
  const double border = std::min({p.x, p.y, size.width - 1 - p.x, size.height - 1 - p.y}) - 1;
  if (!(border > 0)) return 0;  // a point that a homography takes to infinity is not a number
  const float inside = ramp(border, 3);
  // A mask is never exact, and an alignment over many pictures still less.
  const double margin = 1.5 + 0.1 * std::sqrt(std::abs(source.distance));
  return inside * ramp(source.view->clear(p) - margin, 3);
}

/// How good it is for what it shows.
float quality(const Source& source) {
  const double wrong = 1 + source.alignment.error;
  return static_cast<float>(std::exp(-std::abs(source.distance) / 15.0) / (wrong * wrong));
}

/// Of the four corners of a cell.
float between(float a, float b, float c, float d, float u, float v) {
  return (a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v;
}

/// What a source says of one place.
struct View {
  std::size_t source;
  float worth, value;
};

/// What most sources agree on, whenever they were taken: what only passed by is not among it.
float consensus(std::vector<View>& views) {
  std::ranges::sort(views, {}, &View::value);
  float half = 0;
  for (const View& v : views) half += std::sqrt(v.worth);
  half /= 2;
  for (const View& v : views)
    if ((half -= std::sqrt(v.worth)) <= 0) return v.value;
  return views.back().value;
}

/// Catmull-Rom weights of the four samples around a place, by its part of the way from the second to the third.
class Cubic {
 public:
  static constexpr int steps = 64;
  Cubic() {
    for (int i = 0; i <= steps; ++i) {
      const float f = static_cast<float>(i) / steps, f2 = f * f, f3 = f2 * f;
      weights_[static_cast<std::size_t>(i)] = {-0.5F * f + f2 - 0.5F * f3, 1 - 2.5F * f2 + 1.5F * f3,
                                               0.5F * f + 2 * f2 - 1.5F * f3, 0.5F * (f3 - f2)};
    }
  }
  const std::array<float, 4>& at(float f) const { return weights_[static_cast<std::size_t>(f * steps + 0.5F)]; }

 private:
  std::array<std::array<float, 4>, steps + 1> weights_;
};
const Cubic cubic;

/// A few samples in a row, as a source shows them: where they lie in its plane, and what they count.
struct Run {
  float x, y, step_x, step_y;
  float share, step_share;
  float gain, bias;
};

/// `plane` has two samples more on each side.
template <class T>
[[gnu::always_inline]] inline float interpolated_inside(const cv::Mat& plane, float px, float py) {
  const int x = static_cast<int>(px), y = static_cast<int>(py);
  const auto &wx = cubic.at(px - static_cast<float>(x)), &wy = cubic.at(py - static_cast<float>(y));
  const std::size_t stride = plane.step / sizeof(T);
  const T* row = plane.ptr<T>(y - 1) + x - 1;
  float sum = 0;
  for (std::size_t j = 0; j < 4; ++j, row += stride)
    sum += wy[j] * (wx[0] * static_cast<float>(row[0]) + wx[1] * static_cast<float>(row[1]) +
                    wx[2] * static_cast<float>(row[2]) + wx[3] * static_cast<float>(row[3]));
  return sum;
}

/// Beyond its edges the plane goes on as it ends.
template <class T>
float interpolated(const cv::Mat& plane, float px, float py) {
  const int x = static_cast<int>(px), y = static_cast<int>(py);
  const auto &wx = cubic.at(px - static_cast<float>(x)), &wy = cubic.at(py - static_cast<float>(y));
  float sum = 0;
  for (int j = 0; j < 4; ++j) {
    const T* const row = plane.ptr<T>(std::clamp(y - 1 + j, 0, plane.rows - 1));
    for (int i = 0; i < 4; ++i)
      sum += wy[static_cast<std::size_t>(j)] * wx[static_cast<std::size_t>(i)] *
             static_cast<float>(row[std::clamp(x - 1 + i, 0, plane.cols - 1)]);
  }
  return sum;
}

/// Whether a run lies so far inside of a plane that no edge is met.
bool well_inside(const Run& run, int count, cv::Size plane) {
  const auto fits = [](float a, float b, int size) {
    return std::min(a, b) >= 1 && std::max(a, b) < static_cast<float>(size - 3);
  };
  const auto last = static_cast<float>(count - 1);
  return fits(run.x, run.x + last * run.step_x, plane.width) && fits(run.y, run.y + last * run.step_y, plane.height);
}

/// Adds what a source shows where it surely shows all of it.
template <class T>
void add_inside(const cv::Mat& plane, const Run& run, int count, float* sums, float* shares) {
  for (int i = 0; i < count; ++i) {
    const auto n = static_cast<float>(i);
    const float share = std::max(run.share + n * run.step_share, 0.0F);
    const float seen = interpolated_inside<T>(plane, run.x + n * run.step_x, run.y + n * run.step_y);
    sums[i] += share * (run.gain * seen + run.bias);
    shares[i] += share;
  }
}

/// Adds what a source shows. `clear`: tells whether it does so at a place of its plane.
template <class T, class Clear>
void add(const cv::Mat& plane, Run run, int count, const Clear& clear, float* sums, float* shares) {
  for (int i = 0; i < count; ++i, run.x += run.step_x, run.y += run.step_y, run.share += run.step_share) {
    if (run.share <= 0 || !(run.x >= 0 && run.y >= 0 && run.x <= static_cast<float>(plane.cols - 1) &&
                            run.y <= static_cast<float>(plane.rows - 1)))
      continue;
    if (!clear(run.x, run.y)) continue;
    sums[i] += run.share * (run.gain * interpolated<T>(plane, run.x, run.y) + run.bias);
    shares[i] += run.share;
  }
}

template <class T>
class Composer {
 public:
  Composer(const std::vector<Source>& sources, const SourceGrid& grid, std::size_t plane, const PlaneHole& hole,
           const cv::Matx33d& to_work)
      : sources_(sources), grid_(grid), plane_(plane), hole_(hole), to_work_(to_work) {
    for (const Source& s : sources) ways_.push_back(to_work.inv() * s.alignment.matrix * to_work);
  }

  Composite run() {
    const cv::Size size = hole_.area.size();
    Composite made{cv::Mat(size, CV_32F, cv::Scalar(0)), cv::Mat(size, CV_32F, cv::Scalar(0)),
                   cv::Mat(size, CV_32F, cv::Scalar(0))};
    const cv::Size cells = grid_.cells();
    cv::parallel_for_({0, cells.height}, [&](const cv::Range& rows) {
      for (int y = rows.start; y < rows.end; ++y)
        for (int x = 0; x < cells.width; ++x) fill_cell(x, y, made);
    });
    return made;
  }

 private:
  static constexpr int widest = 64;  // samples of a plane in a cell

  /// The plane's samples from work sample `from` on in a cell, along an axis.
  static cv::Range samples(double from, double scale, double offset, int begin, int end) {
    const auto first = static_cast<int>(std::ceil((from - offset) / scale - 1e-9));
    const auto last = static_cast<int>(std::ceil((from + SourceGrid::cell - offset) / scale - 1e-9));
    return {std::max(first, begin), std::min(last, end)};
  }

  void fill_cell(int cx, int cy, Composite& made) const {
    const cv::Rect area = hole_.area;
    const double left = grid_.area().x + cx * SourceGrid::cell, top = grid_.area().y + cy * SourceGrid::cell;
    const cv::Range xs = samples(left, to_work_(0, 0), to_work_(0, 2), area.x, area.br().x);
    const cv::Range ys = samples(top, to_work_(1, 1), to_work_(1, 2), area.y, area.br().y);
    if (xs.size() <= 0 || ys.size() <= 0) return;
    const cv::Rect part(xs.start, ys.start, std::min(xs.size(), widest), ys.size());
    if (cv::countNonZero(hole_.zone(part - area.tl())) == 0) return;
    const auto used = grid_.used(cx, cy);
    for (int y = part.y; y < part.br().y; ++y) {
      float sums[widest] = {}, shares[widest] = {}, later[widest] = {};
      const Place place{cx, cy,
                        static_cast<float>((part.x * to_work_(0, 0) + to_work_(0, 2) - left) / SourceGrid::cell),
                        static_cast<float>((y * to_work_(1, 1) + to_work_(1, 2) - top) / SourceGrid::cell)};
      for (const std::size_t s : used) {
        float before[widest];
        std::copy_n(shares, part.width, before);
        add_source(s, place, {part.x, y, part.width, 1}, sums, shares);
        if (sources_[s].distance > 0)
          for (int x = 0; x < part.width; ++x) later[x] += shares[x] - before[x];
      }
      write(place, {part.x, y, part.width, 1}, sums, shares, later, made);
    }
  }

  /// The first sample of a row of a cell: which cell, and how far through it.
  struct Place {
    int cx, cy;
    float u, v;
  };

  void write(const Place& at, cv::Rect row, const float* sums, const float* shares, const float* later,
             Composite& made) const {
    const int y = row.y - hole_.area.y, x0 = row.x - hole_.area.x;
    const auto* const zone = hole_.zone.ptr<std::uint8_t>(y) + x0;
    float *const value = made.values.ptr<float>(y) + x0, *const known = made.known.ptr<float>(y) + x0,
                 *const future = made.future.ptr<float>(y) + x0;
    const float step = static_cast<float>(to_work_(0, 0) / SourceGrid::cell);
    for (int x = 0; x < row.width; ++x) {
      if (zone[x] == 0 || shares[x] <= 0) continue;
      value[x] = sums[x] / shares[x];
      future[x] = later[x] / shares[x];
      known[x] = std::min(2.5F * grid_.known(at.cx, at.cy, at.u + step * static_cast<float>(x), at.v), 1.0F);
    }
  }

  void add_source(std::size_t s, const Place& at, cv::Rect row, float* sums, float* shares) const {
    const Source& source = sources_[s];
    // A cell is too small for perspective to show in it.
    const cv::Point2d begin = apply(ways_[s], cv::Point2d(row.x, row.y)),
                      end = apply(ways_[s], cv::Point2d(row.x + row.width, row.y));
    const auto share_at = [&](float u) {
      return between(grid_.share(at.cx, at.cy, s), grid_.share(at.cx + 1, at.cy, s), grid_.share(at.cx, at.cy + 1, s),
                     grid_.share(at.cx + 1, at.cy + 1, s), u, at.v);
    };
    const float step_u = static_cast<float>(to_work_(0, 0) / SourceGrid::cell);
    const double gain = source.alignment.gain;
    const double bias =
        plane_ == 0 ? source.alignment.bias : 128 * (1 - gain);  // chroma is brighter or darker around 128
    const Run run{static_cast<float>(begin.x),
                  static_cast<float>(begin.y),
                  static_cast<float>((end.x - begin.x) / row.width),
                  static_cast<float>((end.y - begin.y) / row.width),
                  share_at(at.u),
                  share_at(at.u + step_u) - share_at(at.u),
                  static_cast<float>(gain / (1 << (source.picture->depth - 8))),
                  static_cast<float>(bias)};
    const cv::Mat& plane = source.picture->planes[plane_];
    const auto outside_its_hole = [&](float x, float y) {
      return source.view->clear(apply(to_work_, cv::Point2d(x, y))) >= 1.5F;
    };
    const bool far = source.view->clear(apply(to_work_, begin)) >= Clearance::most &&
                     source.view->clear(apply(to_work_, end)) >= Clearance::most;
    if (far && well_inside(run, row.width, plane.size()))
      add_inside<T>(plane, run, row.width, sums, shares);
    else
      add<T>(plane, run, row.width, outside_its_hole, sums, shares);
  }

  const std::vector<Source>& sources_;
  const SourceGrid& grid_;
  std::size_t plane_;
  const PlaneHole& hole_;
  cv::Matx33d to_work_;
  std::vector<cv::Matx33d> ways_;  ///< from the plane to the source's
};

}  // namespace

SourceGrid::SourceGrid(const std::vector<Source>& sources, cv::Rect area)
    : area_(area),
      nodes_((area.width + cell - 1) / cell + 1, (area.height + cell - 1) / cell + 1),
      count_(sources.size()),
      shares_(static_cast<std::size_t>(nodes_.area()) * count_),
      known_(nodes_, CV_32F, cv::Scalar(0)),
      doubt_(nodes_, CV_32F, cv::Scalar(0)) {
  for (int y = 0; y < nodes_.height; ++y)
    for (int x = 0; x < nodes_.width; ++x) weigh(sources, {x, y});
}

/// The best have their worth above that of the first that is left out, so that nothing jumps where they change.
void SourceGrid::weigh(const std::vector<Source>& sources, cv::Point node) {
  if (sources.empty()) return;
  const cv::Point2d at = cv::Point2d(area_.tl()) + cv::Point2d(node * cell);
  float* const shares = &shares_[static_cast<std::size_t>(node.y * nodes_.width + node.x) * count_];
  float& known = known_.at<float>(node);
  std::vector<View> views;
  for (std::size_t s = 0; s < count_; ++s) {
    shares[s] = 0;
    const Alignment& a = sources[s].alignment;
    const cv::Point2d p = apply(a.matrix, at);
    const float shown = visible(sources[s], p);
    if (shown <= 0) continue;
    known = std::max(known, shown);
    const float seen = sampled(sources[s].view->smooth, p);
    views.push_back({s, shown * quality(sources[s]), static_cast<float>(a.gain) * seen + static_cast<float>(a.bias)});
  }
  if (views.empty()) return;
  const float agreed = consensus(views);
  float doubt = 0, all = 0;
  for (View& v : views) {
    const float off = std::abs(v.value - agreed);
    const float strange = off * off / (tolerated * tolerated);
    doubt += v.worth * std::min(off, 40.0F), all += v.worth;
    v.worth /= (1 + strange) * (1 + strange);
  }
  std::ranges::sort(views, std::greater{}, &View::worth);
  const float next = views.size() > most_mixed ? 0.98F * views[most_mixed].worth : 0;
  for (std::size_t i = 0; i < std::min(views.size(), most_mixed); ++i) shares[views[i].source] = views[i].worth - next;
  doubt_.at<float>(node) = doubt / all;
}

float SourceGrid::known(int x, int y, float u, float v) const {
  const auto *const above = known_.ptr<float>(y) + x, *const below = known_.ptr<float>(y + 1) + x;
  return between(above[0], above[1], below[0], below[1], u, v);
}

cv::Mat SourceGrid::doubt(cv::Rect area, const cv::Matx33d& to_work) const {
  cv::Mat made;
  const cv::Matx23d way(to_work(0, 0) / cell, 0, (to_work(0, 0) * area.x + to_work(0, 2) - area_.x) / cell, 0,
                        to_work(1, 1) / cell, (to_work(1, 1) * area.y + to_work(1, 2) - area_.y) / cell);
  cv::warpAffine(doubt_, made, way, area.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  return made;
}

std::vector<std::size_t> SourceGrid::used(int x, int y) const {
  std::vector<std::size_t> found;
  for (std::size_t s = 0; s < count_; ++s)
    if (share(x, y, s) + share(x + 1, y, s) + share(x, y + 1, s) + share(x + 1, y + 1, s) > 0) found.push_back(s);
  return found;
}

Composite composed(const std::vector<Source>& sources, const SourceGrid& grid, std::size_t plane, const PlaneHole& hole,
                   const cv::Matx33d& to_work) {
  if (!sources.empty() && sources.front().picture->depth > 8)
    return Composer<std::uint16_t>(sources, grid, plane, hole, to_work).run();
  return Composer<std::uint8_t>(sources, grid, plane, hole, to_work).run();
}

}  // namespace reel::removal
