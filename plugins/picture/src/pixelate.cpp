#include "pixelate.hpp"

namespace reel::picture {

namespace {

/// Where the blocks that touch [from, to) begin and end, in samples. Blocks are `size` samples long, which
/// need not be whole; those below one sample, in small chroma planes, fall together.
std::vector<int> block_edges(int from, int to, int length, double size) {
  const auto edge = [=](std::int64_t i) {
    return static_cast<int>(std::min<double>(std::round(static_cast<double>(i) * size), length));
  };
  auto i = static_cast<std::int64_t>(from / size) + 1;
  while (edge(i) > from) --i;
  std::vector<int> edges{edge(i)};
  while (edges.back() < to)
    if (const int next = edge(++i); next > edges.back()) edges.push_back(next);
  return edges;
}

}  // namespace

void Pixelate::process(VideoFrame& frame, const Params& p) {
  mask_.update(p.region, 0, frame);
  if (mask_.nothing()) return;
  with_sample_type(frame, [&](auto sample) { run<decltype(sample)>(frame, p.size); });
}

template <class T>
void Pixelate::run(VideoFrame& frame, double size) {
  // Alpha comes last and weighs the other components: they need it as it was.
  for (int c = 0; c < frame.components(); ++c) {
    const auto plane = frame.component<T>(c);
    const Area area = mask_.area(frame, c);
    const auto columns = block_edges(area.left, area.right, plane.width(), size / subsampling_x(frame, c));
    const auto rows = block_edges(area.top, area.bottom, plane.height(), size / subsampling_y(frame, c));
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
      sum_columns<T>(frame, c, rows[i], rows[i + 1], columns.front(), columns.back());
      average(rows[i + 1] - rows[i], full_scale(frame), columns);
      const std::uint16_t* const colors = colors_.data() - columns.front();
      for (int y = std::max(rows[i], area.top); y < std::min(rows[i + 1], area.bottom); ++y)
        write_row(mask_, frame, c, plane, y, area, [=](int x) { return static_cast<T>(colors[x]); });
    }
  }
}

template <class T>
void Pixelate::sum_columns(const VideoFrame& frame, int c, int top, int bottom, int left, int right) {
  const auto plane = frame.component<T>(c);
  const int alpha = alpha_component(frame);
  const auto n = static_cast<std::size_t>(right - left);
  sums_.assign(n, 0);
  const bool weighted = alpha >= 0 && c != alpha;
  weights_.assign(weighted ? n : 0, 0);
  for (int y = top; y < bottom; ++y) {
    const T* const row = plane.row_data(y) + static_cast<std::ptrdiff_t>(left) * plane.step();
    if (weighted) {
      const auto opacity = frame.component<T>(alpha);
      for (std::size_t x = 0; x < n; ++x) {
        const auto weight = static_cast<float>(opacity.at(static_cast<int>(x) + left, y));
        sums_[x] += weight * static_cast<float>(row[x * static_cast<std::size_t>(plane.step())]);
        weights_[x] += weight;
      }
    } else if (plane.step() == 1) {
      for (std::size_t x = 0; x < n; ++x) sums_[x] += static_cast<float>(row[x]);
    } else {
      for (std::size_t x = 0; x < n; ++x)
        sums_[x] += static_cast<float>(row[x * static_cast<std::size_t>(plane.step())]);
    }
  }
}

void Pixelate::average(int rows, int top, const std::vector<int>& edges) {
  const auto first = static_cast<std::size_t>(edges.front());
  colors_.resize(sums_.size());
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const auto from = static_cast<std::size_t>(edges[i]) - first, to = static_cast<std::size_t>(edges[i + 1]) - first;
    double sum = 0, weight = weights_.empty() ? static_cast<double>(rows) * static_cast<double>(to - from) : 0;
    for (std::size_t x = from; x < to; ++x) sum += static_cast<double>(sums_[x]);
    if (!weights_.empty())
      for (std::size_t x = from; x < to; ++x) weight += static_cast<double>(weights_[x]);
    const auto color = static_cast<std::uint16_t>(weight > 0 ? std::min<double>(sum / weight + 0.5, top) : 0);
    std::fill(colors_.begin() + static_cast<std::ptrdiff_t>(from), colors_.begin() + static_cast<std::ptrdiff_t>(to),
              color);
  }
}

}  // namespace reel::picture
