#include "compositor.hpp"

#include <algorithm>

#include "blend.hpp"
#include "samples.hpp"

namespace reel::photoshop {

namespace {

float scaled(const reel_pixels& pixels, std::size_t sample) {
  return pixels.depth == 8 ? static_cast<float>(static_cast<const std::uint8_t*>(pixels.data)[sample]) / 255.0F
                           : static_cast<float>(static_cast<const std::uint16_t*>(pixels.data)[sample]) / 65535.0F;
}

Pixel pixel_at(const reel_pixels& pixels, std::size_t index) {
  const float alpha = scaled(pixels, index * 4 + 3);
  return {scaled(pixels, index * 4) * alpha, scaled(pixels, index * 4 + 1) * alpha,
          scaled(pixels, index * 4 + 2) * alpha, alpha};
}

/// How much of a layer shows at one pixel of its mask.
float coverage(const reel_layer& layer, std::size_t index) {
  const float opacity = static_cast<float>(layer.opacity) / 255.0F;
  return layer.mask == nullptr ? opacity : opacity * scaled(*layer.mask, index);
}

Pixel faded(const Pixel& p, float factor) {
  return {p.red * factor, p.green * factor, p.blue * factor, p.alpha * factor};
}

/// One channel, all values multiplied by alpha.
float mixed(const Blend& blend, float below, float below_alpha, float above, float above_alpha) {
  if (blend.mix == nullptr || below_alpha <= 0 || above_alpha <= 0) return below * (1 - above_alpha) + above;
  const float both = blend.mix(below / below_alpha, above / above_alpha) * below_alpha * above_alpha;
  return below * (1 - above_alpha) + above * (1 - below_alpha) + both;
}

Pixel mixed(const Blend& blend, const Pixel& below, const Pixel& above) {
  return {mixed(blend, below.red, below.alpha, above.red, above.alpha),
          mixed(blend, below.green, below.alpha, above.green, above.alpha),
          mixed(blend, below.blue, below.alpha, above.blue, above.alpha),
          below.alpha + above.alpha - below.alpha * above.alpha};
}

void blend_picture(const reel_layer& layer, std::uint32_t y, std::span<Pixel> onto) {
  const reel_pixels& pixels = layer.pixels;
  const std::int64_t line = std::int64_t{y} - layer.top;
  if (line < 0 || line >= pixels.height) return;
  const Blend& blend = *find_blend(layer.blend);
  const std::int64_t first = std::max<std::int64_t>(layer.left, 0);
  const std::int64_t last = std::min(std::int64_t{layer.left} + pixels.width, static_cast<std::int64_t>(onto.size()));
  for (std::int64_t x = first; x < last; ++x) {
    const auto index = static_cast<std::size_t>(line * pixels.width + x - layer.left);
    Pixel& below = onto[static_cast<std::size_t>(x)];
    below = mixed(blend, below, faded(pixel_at(pixels, index), coverage(layer, index)));
  }
}

Pixel between(const Pixel& from, const Pixel& to, float share) {
  const auto at = [share](float a, float b) { return a * (1 - share) + b * share; };
  return {at(from.red, to.red), at(from.green, to.green), at(from.blue, to.blue), at(from.alpha, to.alpha)};
}

}  // namespace

void Compositor::row(std::uint32_t y, std::span<Pixel> into) {
  std::ranges::fill(into, Pixel{});
  blend_layers({document_.layers, document_.layer_count}, y, into, 0);
}

void Compositor::blend_layers(std::span<const reel_layer> layers, std::uint32_t y, std::span<Pixel> onto,
                              std::size_t level) {
  for (const reel_layer& layer : layers) {
    if (layer.visible == FALSE || layer.opacity == 0) continue;
    if (layer.kind == REEL_LAYER_GROUP)
      blend_group(layer, y, onto, level);
    else
      blend_picture(layer, y, onto);
  }
}

void Compositor::blend_group(const reel_layer& group, std::uint32_t y, std::span<Pixel> onto, std::size_t level) {
  const Blend& blend = *find_blend(group.blend);
  const bool through = passes_through(blend);
  if (rows_.size() <= level) rows_.resize(level + 1);
  // Taken out while in use: deeper groups make the list longer.
  std::vector<Pixel> own = std::move(rows_[level]);
  own.assign(onto.size(), Pixel{});
  if (through) std::ranges::copy(onto, own.begin());
  blend_layers({group.layers, group.layer_count}, y, own, level + 1);
  for (std::size_t x = 0; x < onto.size(); ++x) {
    const float share = coverage(group, std::size_t{y} * onto.size() + x);
    onto[x] = through ? between(onto[x], own[x], share) : mixed(blend, onto[x], faded(own[x], share));
  }
  rows_[level] = std::move(own);
}

}  // namespace reel::photoshop
