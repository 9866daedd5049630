#include "chroma_key.hpp"

#include <array>

namespace reel::picture {

namespace {

/// Luma and chroma of a colour in samples of the frame.
std::array<float, 3> samples_of(const Color& color, const GstVideoInfo& info) {
  double kr = 0.299, kb = 0.114;
  gst_video_color_matrix_get_Kr_Kb(info.colorimetry.matrix, &kr, &kb);
  std::array<gint, GST_VIDEO_MAX_COMPONENTS> offset{}, scale{};
  gst_video_color_range_offsets(info.colorimetry.range, info.finfo, offset.data(), scale.data());
  const double r = color.red / 255.0, g = color.green / 255.0, b = color.blue / 255.0;
  const double y = kr * r + (1 - kr - kb) * g + kb * b;
  const std::array values{y, (b - y) / (2 * (1 - kb)), (r - y) / (2 * (1 - kr))};
  std::array<float, 3> samples{};
  for (std::size_t i = 0; i < 3; ++i) samples[i] = static_cast<float>(values[i] * scale[i] + offset[i]);
  return samples;
}

}  // namespace

struct ChromaKey::Key {
  float no_color;        ///< the sample of chroma that means grey
  float axis_u, axis_v;  ///< direction of the key colour, divided by its strength
  float strength;        ///< of the key colour, in samples of chroma
  float tolerance, slope, spill;
  std::array<float, 3> background;
  float background_alpha;  ///< 0..1
  float top;               ///< the largest sample
};

void ChromaKey::process(VideoFrame& frame, const Params& p) {
  const GstVideoInfo& info = frame.raw()->info;
  const auto color = samples_of(p.color, info);
  Key key{};
  key.top = static_cast<float>(full_scale(frame));
  key.no_color = static_cast<float>(1 << (frame.depth() - 1));
  const float u = color[1] - key.no_color, v = color[2] - key.no_color;
  key.strength = std::hypot(u, v);
  if (key.strength < key.top / 32)
    throw Error("chroma-key: the color to remove is grey, black or white; choose one with a hue, such as #00ff00");
  key.axis_u = u / (key.strength * key.strength);
  key.axis_v = v / (key.strength * key.strength);
  key.tolerance = static_cast<float>(p.tolerance);
  key.slope = 1 / std::max(static_cast<float>(p.softness), 1e-4F);
  key.spill = static_cast<float>(p.spill);
  key.background = samples_of(p.background, info);
  key.background_alpha = static_cast<float>(p.background.alpha) / 255;
  with_sample_type(frame, [&](auto sample) { run<decltype(sample)>(frame, key); });
}

template <class T>
void ChromaKey::run(VideoFrame& frame, const Key& key) {
  const Key k = key;
  const auto luma = frame.component<T>(0), u = frame.component<T>(1), v = frame.component<T>(2),
             a = frame.component<T>(3);
  const std::ptrdiff_t step = luma.step();
  const auto sample = [top = k.top](float value) {
    return static_cast<T>(static_cast<int>(std::clamp(value, 0.0F, top) + 0.5F));
  };
  for (int y = 0; y < luma.height(); ++y) {
    T *out_y = luma.row_data(y), *out_u = u.row_data(y), *out_v = v.row_data(y), *out_a = a.row_data(y);
    for (int x = 0; x < luma.width(); ++x, out_y += step, out_u += step, out_v += step, out_a += step) {
      const float cu = static_cast<float>(*out_u) - k.no_color, cv = static_cast<float>(*out_v) - k.no_color;
      // Along the key colour and across it, in units of its strength.
      const float along = cu * k.axis_u + cv * k.axis_v, across = cv * k.axis_u - cu * k.axis_v;
      const float excess = std::max(along - std::abs(across), 0.0F);
      const float opaque = std::clamp((1 - excess - k.tolerance) * k.slope, 0.0F, 1.0F);
      const float alpha = opaque * static_cast<float>(*out_a) / k.top;
      const float spilt = k.spill * excess * k.strength * k.strength;  // reflections of the screen
      float new_y = *out_y, new_u = cu + k.no_color - spilt * k.axis_u, new_v = cv + k.no_color - spilt * k.axis_v;
      const float behind = k.background_alpha * (1 - alpha), total = alpha + behind;
      if (behind > 0) {
        const float share = behind / total;
        new_y += (k.background[0] - new_y) * share;
        new_u += (k.background[1] - new_u) * share;
        new_v += (k.background[2] - new_v) * share;
      }
      *out_y = sample(new_y), *out_u = sample(new_u), *out_v = sample(new_v), *out_a = sample(total * k.top);
    }
  }
}

}  // namespace reel::picture
