#include "denoise.hpp"

namespace reel::picture {

namespace {

constexpr int patch = 2;  // samples on each side of one that are compared with it over time
constexpr float patch_samples = (2 * patch + 1) * (2 * patch + 1);

/// Adds the differences of a row to the sums of columns, or takes them off.
REEL_PICTURE_FAST void add_row(const float* __restrict a, const float* __restrict b, float sign, int n,
                               float* __restrict sum, float* __restrict square) {
  for (int x = 0; x < n; ++x) {
    const float d = a[x] - b[x];
    sum[x] += sign * d;
    square[x] += sign * d * d;
  }
}

/// Adds an earlier picture's row to the mean, as far as it is like this one. `sum` and `square` are of
/// columns of the patch, from `patch` left of the row on. Noise alone gives a mean square of `noise` and a
/// mean of about 0.
REEL_PICTURE_FAST void add_likeness(const float* __restrict sum, const float* __restrict square,
                                    const float* __restrict earlier, float noise, int n, float* __restrict mean,
                                    float* __restrict weights, float* __restrict squared_weights) {
  const float per_square = 1 / (patch_samples * noise), per_sum = 1 / (patch_samples * noise);
  for (int x = 0; x < n; ++x) {
    const float squares = square[x] + square[x + 1] + square[x + 2] + square[x + 3] + square[x + 4];
    const float sums = sum[x] + sum[x + 1] + sum[x + 2] + sum[x + 3] + sum[x + 4];
    // Both are about 1 for noise; a small shift of brightness shows in the second long before the first.
    const float rough = std::max(squares * per_square - 1.2F, 0.0F) * 0.9F;
    const float level = std::max(sums * sums * per_sum - 2.5F, 0.0F) * 0.12F;
    const float weight = std::max(1 - rough - level, 0.0F);
    mean[x] += weight * earlier[x];
    weights[x] += weight;
    squared_weights[x] += weight * weight;
  }
}

REEL_PICTURE_FAST void divide(float* __restrict mean, const float* __restrict weights,
                              const float* __restrict squared_weights, float per_noise, int n,
                              float* __restrict range) {
  for (int x = 0; x < n; ++x) {
    const float per_weight = 1 / weights[x];
    mean[x] *= per_weight;
    // Share of the noise that is left, in variance; the range of like samples follows it.
    range[x] = per_noise / (squared_weights[x] * per_weight * per_weight);
  }
}

/// The mean of 3 x 3 samples: less noisy, so better to compare by.
REEL_PICTURE_FAST void make_guide(const float* __restrict above, const float* __restrict at,
                                  const float* __restrict below, int n, float* __restrict out) {
  for (int x = 0; x < n; ++x)
    out[x] = (above[x - 1] + above[x] + above[x + 1] + at[x - 1] + at[x] + at[x + 1] + below[x - 1] + below[x] +
              below[x + 1]) *
             (1.0F / 9);
}

/// Adds five samples of a row, from two to the left to two to the right, as far as they are like this one.
/// `share`: of each, by its distance.
REEL_PICTURE_FAST void add_nearby(const float* __restrict guide, const float* __restrict other_guide,
                                  const float* __restrict other, const float* __restrict range,
                                  const std::array<float, 5>& share, int n, float* __restrict sum,
                                  float* __restrict weights) {
  const float s0 = share[0], s1 = share[1], s2 = share[2], s3 = share[3], s4 = share[4];
  for (int x = 0; x < n; ++x) {
    float added = sum[x], weight = weights[x];
    const auto add = [&](int at, float by) {
      const float d = guide[x] - other_guide[at];
      const float like = std::max(1 - d * d * range[x], 0.0F);
      weight += like * like * by;
      added += like * like * by * other[at];
    };
    add(x - 2, s0), add(x - 1, s1), add(x, s2), add(x + 1, s3), add(x + 2, s4);
    sum[x] = added;
    weights[x] = weight;
  }
}

}  // namespace

void Denoise::process(VideoFrame& frame, const Params& p) {
  follow(frame, p);
  const double sigma = p.strength * 20 / 255 * full_scale(frame);
  with_sample_type(frame, [&](auto sample) { run<decltype(sample)>(frame, sigma); });
  known_ = std::min(known_ + 1, depth - 1);
}

/// Forgets earlier pictures where this one does not follow them: after a seek, a gap, or another of the
/// stage's times.
void Denoise::follow(const VideoFrame& frame, const Params& p) {
  GstBuffer* const buffer = frame.raw()->buffer;
  const Time duration{GST_BUFFER_DURATION_IS_VALID(buffer) ? static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer))
                                                           : 0};
  const TimeRange* const found = p.during.find(frame.time());
  const TimeRange range = found != nullptr ? *found : TimeRange{};
  if (last_) {
    const Time expected = last_->time + last_->duration;
    const Time slack = std::max({duration, last_->duration, Time{100'000'000}});
    const bool follows = frame.time() > last_->time && frame.time() <= expected + slack && range == last_->range &&
                         !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    if (!follows) known_ = 0;
  }
  last_ = Moment{frame.time(), duration, range};
}

template <class T>
void Denoise::run(VideoFrame& frame, double sigma) {
  const auto top = static_cast<float>(full_scale(frame));
  for (int i = 0; i < frame.components(); ++i) {
    Component& c = components_[static_cast<std::size_t>(i)];
    const auto plane = frame.component<T>(i);
    std::rotate(c.pictures.rbegin(), c.pictures.rbegin() + 1, c.pictures.rend());
    c.pictures[0].load(plane);
    average_over_time(c, static_cast<float>(sigma));
    line_.resize(static_cast<std::size_t>(plane.width()));
    for (int y = 0; y < plane.height(); ++y) {
      average_nearby(c, y, line_.data());
      T* const out = plane.row_data(y);
      for (int x = 0; x < plane.width(); ++x)
        out[x] = static_cast<T>(static_cast<int>(std::clamp(line_[static_cast<std::size_t>(x)], 0.0F, top) + 0.5F));
    }
  }
}

void Denoise::average_over_time(Component& c, float sigma) {
  const Grid& now = c.pictures[0];
  const int width = now.width(), height = now.height();
  const auto n = static_cast<std::size_t>(width);
  c.mean.resize(width, height), c.guide.resize(width, height), c.range.resize(width, height);
  weights_.resize(2 * n);
  const std::size_t columns = n + 2 * patch;
  sums_.assign(columns * static_cast<std::size_t>(known_), 0), squares_.assign(sums_.size(), 0);
  const auto slide = [&](int y, float sign) {
    for (int k = 0; k < known_; ++k) {
      const std::size_t at = static_cast<std::size_t>(k) * columns;
      add_row(now.row(y) - patch, c.pictures[static_cast<std::size_t>(k) + 1].row(y) - patch, sign, width + 2 * patch,
              &sums_[at], &squares_[at]);
    }
  };
  for (int y = -patch; y < patch; ++y) slide(y, 1);
  const float noise = 2 * sigma * sigma;
  constexpr float reach = 1.6F;  // of like samples, in deviations of the noise that is left
  for (int y = 0; y < height; ++y) {
    slide(y + patch, 1);
    float *const mean = c.mean.row(y), *const weights = weights_.data(), *const squared = weights_.data() + n;
    std::copy_n(now.row(y), width, mean);
    std::fill(weights_.begin(), weights_.end(), 1.0F);
    for (int k = 0; k < known_; ++k) {
      const std::size_t at = static_cast<std::size_t>(k) * columns;
      add_likeness(&sums_[at], &squares_[at], c.pictures[static_cast<std::size_t>(k) + 1].row(y), noise, width, mean,
                   weights, squared);
    }
    divide(mean, weights, squared, 1 / (reach * reach * sigma * sigma), width, c.range.row(y));
    slide(y - patch, -1);
  }
  c.mean.extend();
  for (int y = 0; y < height; ++y)
    make_guide(c.mean.row(y - 1), c.mean.row(y), c.mean.row(y + 1), width, c.guide.row(y));
  c.guide.extend();
}

void Denoise::average_nearby(Component& c, int y, float* out) {
  const int width = c.mean.width();
  const auto n = static_cast<std::size_t>(width);
  std::fill_n(out, width, 0.0F);
  weights_.assign(n, 0.0F);
  for (int dy = -2; dy <= 2; ++dy) {
    std::array<float, 5> share{};
    for (int dx = -2; dx <= 2; ++dx)
      share[static_cast<std::size_t>(dx + 2)] = 1.0F - 0.05F * static_cast<float>(dx * dx + dy * dy);
    add_nearby(c.guide.row(y), c.guide.row(y + dy), c.mean.row(y + dy), c.range.row(y), share, width, out,
               weights_.data());
  }
  for (std::size_t x = 0; x < n; ++x) out[x] /= weights_[x];
}

}  // namespace reel::picture
