#include "composite.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <opencv2/core/hal/intrin.hpp>
#include <opencv2/imgproc.hpp>

namespace reel::removal {
namespace {

constexpr float tolerated = 8;  // by how much sources may differ, in steps of 8 bits

float ramp(double value, double width) { return static_cast<float>(std::clamp(value / width, 0.0, 1.0)); }

/// How far from its own hole a source is trusted: a mask is never exact, and an alignment over many pictures still less.
double margin_of(const Source& source) { return 1.5 + 0.1 * std::sqrt(std::abs(source.distance)); }

/// Whether a source shows a place, in its own samples: 0 no, 1 yes, between them near a border.
float visible(const Source& source, double margin, cv::Point2d p) {
  const cv::Size size = source.view->smooth.size();
  const double border = std::min({p.x, p.y, size.width - 1 - p.x, size.height - 1 - p.y}) - 1;
  if (!(border > 0)) return 0;  // a point that a homography takes to infinity is not a number
  return ramp(border, 3) * ramp(source.view->clear(p) - margin, 3);
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

/// What most sources agree on, whenever they were taken: what only passed by is not among it.
float consensus(std::vector<SourceGrid::View>& views) {
  std::ranges::sort(views, {}, &SourceGrid::View::value);
  float half = 0;
  for (const SourceGrid::View& v : views) half += std::sqrt(v.worth);
  half /= 2;
  for (const SourceGrid::View& v : views)
    if ((half -= std::sqrt(v.worth)) <= 0) return v.value;
  return views.back().value;
}

/// Catmull-Rom weights of the four samples around a place, by its part of the way from the second to the third in 64ths.
class Cubic {
 public:
  static constexpr int bits = 6, unit = 1 << 14;
  struct Weights {
    float along[4];
    std::int16_t
        across[16];  ///< times `unit`: of the first and the second four times, then of the third and the fourth
  };
  Cubic() {
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      const float f = static_cast<float>(i) / (1 << bits), f2 = f * f, f3 = f2 * f;
      const std::array<float, 4> four{-0.5F * f + f2 - 0.5F * f3, 1 - 2.5F * f2 + 1.5F * f3,
                                      0.5F * f + 2 * f2 - 1.5F * f3, 0.5F * (f3 - f2)};
      std::ranges::copy(four, weights_[i].along);
      for (std::size_t j = 0; j < 16; ++j)
        weights_[i].across[j] = static_cast<std::int16_t>(std::lround(four[j / 8 * 2 + j % 2] * unit));
    }
  }
  const Weights& at(std::int32_t f) const { return weights_[static_cast<std::size_t>(f)]; }

 private:
  alignas(16) std::array<Weights, 1 << bits> weights_;
};
const Cubic cubic;

/// A place along an axis, in steps that are exact enough for a row of a cell.
struct Fixed {
  static constexpr int bits = 16;
  /// So that the parts of a sample are rounded.
  explicit Fixed(float from)
      : at(static_cast<std::int32_t>(std::lround(from * (1 << bits))) + (1 << (bits - Cubic::bits - 1))) {}
  std::int32_t whole() const { return at >> bits; }
  std::int32_t part() const { return at >> (bits - Cubic::bits) & ((1 << Cubic::bits) - 1); }
  std::int32_t at;
};
std::int32_t fixed_step(float step) { return static_cast<std::int32_t>(std::lround(step * (1 << Fixed::bits))); }

/// A few samples in a row, as a source shows them: where they lie in its plane, and what they count.
struct Run {
  float x, y, step_x, step_y;
  float share, step_share;
  float gain, bias;
};

/// Four samples of two rows in turn. They have at most 15 bits.
cv::v_int16x8 pairs_of(const std::uint8_t* above, const std::uint8_t* below) {
  std::uint32_t a = 0, b = 0;
  std::memcpy(&a, above, sizeof a), std::memcpy(&b, below, sizeof b);
  cv::v_uint8x16 pairs, none;
  cv::v_zip(cv::v_reinterpret_as_u8(cv::v_uint32x4(a, 0, 0, 0)), cv::v_reinterpret_as_u8(cv::v_uint32x4(b, 0, 0, 0)),
            pairs, none);
  return cv::v_reinterpret_as_s16(cv::v_expand_low(pairs));
}
cv::v_int16x8 pairs_of(const std::uint16_t* above, const std::uint16_t* below) {
  cv::v_uint16x8 pairs, none;
  cv::v_zip(cv::v_load_low(above), cv::v_load_low(below), pairs, none);
  return cv::v_reinterpret_as_s16(pairs);
}

/// The four columns around a place, each with its weight times Cubic::unit. `plane` has two samples more on each side.
template <class T>
[[gnu::always_inline]] inline cv::v_float32x4 columns_at(const T* plane, std::ptrdiff_t stride, Fixed x, Fixed y) {
  const T* const row = plane + (y.whole() - 1) * stride + (x.whole() - 1);
  const std::int16_t* const across = cubic.at(y.part()).across;
  const cv::v_int32x4 sums = cv::v_dotprod(pairs_of(row, row + stride), cv::v_load(across)) +
                             cv::v_dotprod(pairs_of(row + 2 * stride, row + 3 * stride), cv::v_load(across + 8));
  return cv::v_cvt_f32(sums) * cv::v_load(cubic.at(x.part()).along);
}

/// Beyond its edges the plane goes on as it ends.
template <class T>
float interpolated(const cv::Mat& plane, Fixed x, Fixed y) {
  const auto &wx = cubic.at(x.part()).along, &wy = cubic.at(y.part()).along;
  float sum = 0;
  for (int j = 0; j < 4; ++j) {
    const T* const row = plane.ptr<T>(std::clamp(y.whole() - 1 + j, 0, plane.rows - 1));
    for (int i = 0; i < 4; ++i)
      sum += wy[j] * wx[i] * static_cast<float>(row[std::clamp(x.whole() - 1 + i, 0, plane.cols - 1)]);
  }
  return sum;
}

/// Adds what a source shows where it surely shows all of it.
template <class T>
void add_whole(const cv::Mat& plane, const Run& run, int count, float* sums, float* shares) {
  const auto stride = static_cast<std::ptrdiff_t>(plane.step / sizeof(T));
  const std::int32_t step_x = fixed_step(run.step_x), step_y = fixed_step(run.step_y);
  Fixed x(run.x), y(run.y);
  const auto next = [&] {
    const auto columns = columns_at(plane.ptr<T>(), stride, x, y);
    x.at += step_x, y.at += step_y;
    return columns;
  };
  const auto share_at = [&](int i) { return std::max(run.share + static_cast<float>(i) * run.step_share, 0.0F); };
  const float gain = run.gain / Cubic::unit;
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    const cv::v_float32x4 share(share_at(i), share_at(i + 1), share_at(i + 2), share_at(i + 3));
    const auto a = next(), b = next(), c = next(), d = next();
    const auto seen = cv::v_reduce_sum4(a, b, c, d) * cv::v_setall_f32(gain) + cv::v_setall_f32(run.bias);
    cv::v_store(sums + i, cv::v_load(sums + i) + share * seen);
    cv::v_store(shares + i, cv::v_load(shares + i) + share);
  }
  for (; i < count; ++i) {
    sums[i] += share_at(i) * (gain * cv::v_reduce_sum(next()) + run.bias);
    shares[i] += share_at(i);
  }
}

/// Adds what a source shows. `clear`: tells whether it does so at a place of its plane.
template <class T, class Clear>
void add(const cv::Mat& plane, Run run, int count, const Clear& clear, float* sums, float* shares) {
  const auto stride = static_cast<std::ptrdiff_t>(plane.step / sizeof(T));
  const auto right = static_cast<float>(plane.cols - 1), bottom = static_cast<float>(plane.rows - 1);
  for (int i = 0; i < count; ++i, run.x += run.step_x, run.y += run.step_y, run.share += run.step_share) {
    if (run.share <= 0 || !(run.x >= 0 && run.y >= 0 && run.x <= right && run.y <= bottom)) continue;
    if (!clear(run.x, run.y)) continue;
    const Fixed x(run.x), y(run.y);
    const bool inside = run.x >= 1 && run.y >= 1 && run.x < right - 2 && run.y < bottom - 2;
    const float seen = inside ? cv::v_reduce_sum(columns_at(plane.ptr<T>(), stride, x, y)) / Cubic::unit
                              : interpolated<T>(plane, x, y);
    sums[i] += run.share * (run.gain * seen + run.bias);
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
      std::vector<Show> shows;
      for (int y = rows.start; y < rows.end; ++y)
        for (int x = 0; x < cells.width; ++x) fill_cell(x, y, shows, made);
    });
    return made;
  }

 private:
  static constexpr int widest = 64;  // samples of a plane in a cell

  /// A cell in the plane.
  struct Cell {
    int x, y;
    cv::Rect part;               ///< its samples
    float u, v, step_u, step_v;  ///< how far through it the first sample is, and steps to the next
  };

  /// What a source shows of a cell: where the cell's samples lie in its plane, and what they count.
  struct Show {
    const Source* source;
    cv::Point2f first, right, down;  ///< of the first sample, and steps to the next
    float corners[4];                ///< shares
    bool whole;                      ///< it shows all of it
  };

  /// The plane's samples from work sample `from` on in a cell, along an axis.
  static cv::Range samples(double from, double scale, double offset, int begin, int end) {
    const auto first = static_cast<int>(std::ceil((from - offset) / scale - 1e-9));
    const auto last = static_cast<int>(std::ceil((from + SourceGrid::cell - offset) / scale - 1e-9));
    return {std::max(first, begin), std::min(last, end)};
  }

  Cell cell_at(int cx, int cy) const {
    const cv::Rect area = hole_.area;
    const double left = grid_.area().x + cx * SourceGrid::cell, top = grid_.area().y + cy * SourceGrid::cell;
    const cv::Range xs = samples(left, to_work_(0, 0), to_work_(0, 2), area.x, area.br().x);
    const cv::Range ys = samples(top, to_work_(1, 1), to_work_(1, 2), area.y, area.br().y);
    const cv::Rect part(xs.start, ys.start, std::clamp(xs.size(), 0, widest), std::max(ys.size(), 0));
    const auto way = [](double at, double begin) { return static_cast<float>((at - begin) / SourceGrid::cell); };
    return {cx,
            cy,
            part,
            way(part.x * to_work_(0, 0) + to_work_(0, 2), left),
            way(part.y * to_work_(1, 1) + to_work_(1, 2), top),
            way(to_work_(0, 0), 0),
            way(to_work_(1, 1), 0)};
  }

  void fill_cell(int cx, int cy, std::vector<Show>& shows, Composite& made) const {
    const Cell cell = cell_at(cx, cy);
    if (cell.part.empty() || cv::countNonZero(hole_.zone(cell.part - hole_.area.tl())) == 0) return;
    find_shows(cell, shows);
    const int width = cell.part.width;
    // What is only compared needs no more than a row in two.
    const int step = cv::countNonZero(hole_.opacity(cell.part - hole_.area.tl())) > 0 ? 1 : 2;
    for (int y = 0; y < cell.part.height; y += step) {
      float sums[widest], shares[widest], past[widest];
      std::fill_n(sums, width, 0.0F), std::fill_n(shares, width, 0.0F);
      // Sources come in order of time.
      auto show = shows.begin();
      for (; show != shows.end() && show->source->distance < 0; ++show) add_row(*show, cell, y, sums, shares);
      std::copy_n(shares, width, past);
      for (; show != shows.end(); ++show) add_row(*show, cell, y, sums, shares);
      write(cell, y, sums, shares, past, made);
    }
  }

  /// What shows the cell, in order of time.
  void find_shows(const Cell& cell, std::vector<Show>& shows) const {
    shows.clear();
    for (int corner = 0; corner < 4; ++corner)
      for (const SourceGrid::Use& use : grid_.uses(cell.x + corner % 2, cell.y + corner / 2)) {
        if (use.share <= 0) continue;
        const Source* const source = &sources_[static_cast<std::size_t>(use.source)];
        auto at = std::ranges::lower_bound(shows, source, {}, &Show::source);
        if (at == shows.end() || at->source != source)
          at = shows.insert(at, show_of(static_cast<std::size_t>(use.source), cell));
        at->corners[corner] = use.share;
      }
  }

  /// Without its shares. A cell is too small for perspective to show in it.
  Show show_of(std::size_t s, const Cell& cell) const {
    const Source& source = sources_[s];
    const cv::Rect& part = cell.part;
    const cv::Point2f first = apply(ways_[s], part.tl()),
                      right = apply(ways_[s], cv::Point2d(part.x + part.width, part.y)),
                      down = apply(ways_[s], cv::Point2d(part.x, part.y + part.height));
    constexpr float surely = 1.5F + SourceGrid::cell;  // no sample is farther than that from a corner
    const auto whole = [&](cv::Point2f p) {
      const cv::Size plane = source.picture->planes[plane_].size();
      return p.x >= 1 && p.y >= 1 && p.x < static_cast<float>(plane.width - 3) &&
             p.y < static_cast<float>(plane.height - 3) && source.view->clear(apply(to_work_, p)) >= surely;
    };
    return {&source,
            first,
            (right - first) / part.width,
            (down - first) / part.height,
            {},
            whole(first) && whole(right) && whole(down) && whole(right + down - first)};
  }

  /// A row of a cell, as a source shows it.
  Run run_of(const Show& show, const Cell& cell, int y) const {
    const auto n = static_cast<float>(y);
    const float v = cell.v + n * cell.step_v;
    const auto share_at = [&](float u) {
      return between(show.corners[0], show.corners[1], show.corners[2], show.corners[3], u, v);
    };
    const double gain = show.source->alignment.gain;
    const double bias =
        plane_ == 0 ? show.source->alignment.bias : 128 * (1 - gain);  // chroma is brighter or darker around 128
    return {show.first.x + n * show.down.x,
            show.first.y + n * show.down.y,
            show.right.x,
            show.right.y,
            share_at(cell.u),
            share_at(cell.u + cell.step_u) - share_at(cell.u),
            static_cast<float>(gain / (1 << (show.source->picture->depth - 8))),
            static_cast<float>(bias)};
  }

  void add_row(const Show& show, const Cell& cell, int y, float* sums, float* shares) const {
    const cv::Mat& plane = show.source->picture->planes[plane_];
    const Run run = run_of(show, cell, y);
    const auto outside_its_hole = [&](float x, float y) {
      const cv::Point2d at(to_work_(0, 0) * x + to_work_(0, 2), to_work_(1, 1) * y + to_work_(1, 2));
      return show.source->view->clear(at) >= 1.5F;
    };
    if (show.whole)
      add_whole<T>(plane, run, cell.part.width, sums, shares);
    else
      add<T>(plane, run, cell.part.width, outside_its_hole, sums, shares);
  }

  void write(const Cell& cell, int row, const float* sums, const float* shares, const float* past,
             Composite& made) const {
    const int y = cell.part.y + row - hole_.area.y, x0 = cell.part.x - hole_.area.x;
    const auto* const zone = hole_.zone.ptr<std::uint8_t>(y) + x0;
    float *const value = made.values.ptr<float>(y) + x0, *const known = made.known.ptr<float>(y) + x0,
                 *const future = made.future.ptr<float>(y) + x0;
    const float v = cell.v + static_cast<float>(row) * cell.step_v;
    const float first = grid_.known(cell.x, cell.y, cell.u, v),
                step = grid_.known(cell.x, cell.y, cell.u + cell.step_u, v) - first;
    for (int x = 0; x < cell.part.width; ++x) {
      if (zone[x] == 0 || shares[x] <= 0) continue;
      value[x] = sums[x] / shares[x];
      future[x] = (shares[x] - past[x]) / shares[x];
      known[x] = std::min(2.5F * (first + step * static_cast<float>(x)), 1.0F);
    }
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
      uses_(static_cast<std::size_t>(nodes_.area())),
      known_(nodes_, CV_32F, cv::Scalar(0)),
      doubt_(nodes_, CV_32F, cv::Scalar(0)) {
  for (const Source& s : sources) qualities_.push_back(quality(s)), margins_.push_back(margin_of(s));
  cv::parallel_for_({0, nodes_.height}, [&](const cv::Range& rows) {
    for (int y = rows.start; y < rows.end; ++y)
      for (int x = 0; x < nodes_.width; ++x) weigh(sources, {x, y});
  });
}

/// What the sources that see a place say of it.
std::vector<SourceGrid::View> SourceGrid::views_of(const std::vector<Source>& sources, cv::Point2d at) const {
  std::vector<View> views;
  views.reserve(sources.size());
  for (std::size_t s = 0; s < sources.size(); ++s) {
    const Alignment& a = sources[s].alignment;
    const cv::Point2d p = apply(a.matrix, at);
    const float shown = visible(sources[s], margins_[s], p);
    if (shown <= 0) continue;
    const float seen = sampled(sources[s].view->smooth, p);
    views.push_back({s, shown, shown * qualities_[s], static_cast<float>(a.gain) * seen + static_cast<float>(a.bias)});
  }
  return views;
}

/// The best have their worth above that of the first that is left out, so that nothing jumps where they change.
void SourceGrid::weigh(const std::vector<Source>& sources, cv::Point node) {
  std::vector<View> views = views_of(sources, cv::Point2d(area_.tl()) + cv::Point2d(node * cell));
  if (views.empty()) return;
  known_.at<float>(node) = std::ranges::max(views, {}, &View::shown).shown;
  const float agreed = consensus(views);
  float doubt = 0, all = 0, error = 0;
  for (View& v : views) {
    const float off = std::abs(v.value - agreed);
    const float strange = off * off / (tolerated * tolerated);
    doubt += v.worth * std::min(off, 40.0F), all += v.worth;
    error += v.worth * static_cast<float>(sources[v.source].alignment.error);
    v.worth /= (1 + strange) * (1 + strange);
  }
  std::ranges::sort(views, std::greater{}, &View::worth);
  Uses& uses = uses_[static_cast<std::size_t>(node.y * nodes_.width + node.x)];
  const float next = views.size() > most_mixed ? 0.98F * views[most_mixed].worth : 0;
  for (std::size_t i = 0; i < std::min(views.size(), most_mixed); ++i)
    uses[i] = {static_cast<int>(views[i].source), views[i].worth - next};
  // A few may agree by chance: the fewer they are, the more counts how well they fit around the hole.
  doubt_.at<float>(node) = (doubt + 0.6F * error / static_cast<float>(views.size())) / all;
}

float SourceGrid::known(int x, int y, float u, float v) const {
  const auto *const above = known_.ptr<float>(y) + x, *const below = known_.ptr<float>(y + 1) + x;
  return between(above[0], above[1], below[0], below[1], u, v);
}

cv::Mat SourceGrid::doubt(const PlaneHole& hole, const cv::Matx33d& to_work) const {
  const double half = (hole.step - 1) / 2.0;
  const auto way = [&](int axis, int first, int begin) {
    return (to_work(axis, axis) * (first + half) + to_work(axis, 2) - begin) / cell;
  };
  const cv::Matx23d matrix(to_work(0, 0) * hole.step / cell, 0, way(0, hole.area.x, area_.x), 0,
                           to_work(1, 1) * hole.step / cell, way(1, hole.area.y, area_.y));
  const cv::Size size((hole.area.width + hole.step - 1) / hole.step, (hole.area.height + hole.step - 1) / hole.step);
  cv::Mat made;
  cv::warpAffine(doubt_, made, matrix, size, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  return made;
}

Composite composed(const std::vector<Source>& sources, const SourceGrid& grid, std::size_t plane, const PlaneHole& hole,
                   const cv::Matx33d& to_work) {
  if (!sources.empty() && sources.front().picture->depth > 8)
    return Composer<std::uint16_t>(sources, grid, plane, hole, to_work).run();
  return Composer<std::uint8_t>(sources, grid, plane, hole, to_work).run();
}

}  // namespace reel::removal
