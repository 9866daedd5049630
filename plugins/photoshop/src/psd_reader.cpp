#include "psd_reader.hpp"

#include <lcms2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace reel::photoshop {

namespace {

unsigned colors_of(ColorMode mode) {
  switch (mode) {
    case ColorMode::grey:
    case ColorMode::duotone:
      return 1;
    case ColorMode::rgb:
      return 3;
    case ColorMode::cmyk:
      return 4;
  }
  throw Error("only documents in RGB, grey and CMYK can be read");
}

/// The colour profile among the image resources, or nothing.
std::span<const std::uint8_t> find_profile(ByteReader resources) try {
  constexpr unsigned icc_profile = 1039;
  while (resources.left() >= 12) {
    resources.take(4);
    const unsigned id = resources.u16();
    const std::uint64_t name = resources.number(1);
    resources.take(name + (name + 1) % 2);
    const std::uint32_t size = resources.u32();
    const auto content = resources.take(size);
    if (id == icc_profile) return content;
    if (size % 2 == 1) resources.take(1);
  }
  return {};
} catch (const Error&) {
  return {};
}

bool negative(ByteReader layer_info) { return layer_info.left() >= 2 && layer_info.u16() >= 0x8000; }

/// Whether the first channel behind the colours is the merged image's alpha: the layers tell, by a count less than zero.
bool merged_alpha(ByteReader section, const Format& format) try {
  const ByteReader layers(section.take(section.number(format.length_size())));
  if (layers.left() > 0) return negative(layers);
  section.take(section.u32());
  while (section.left() >= 12) {
    section.take(4);
    const std::string_view key = section.text(4);
    if (key == "Mt16" || key == "Mt32" || key == "Mtrn") return true;
    const bool deep_layers = key == "Lr16" || key == "Lr32";
    const std::uint64_t size = section.number(deep_layers ? format.length_size() : 4);
    if (deep_layers) return negative(ByteReader(section.take(size)));
    section.take((size + 3) / 4 * 4);
  }
  return false;
} catch (const Error&) {
  return false;
}

struct CloseProfile {
  void operator()(void* profile) const { cmsCloseProfile(profile); }
};
using ProfilePtr = std::unique_ptr<void, CloseProfile>;

/// Colours are stored as they look on white.
std::uint16_t without_white(unsigned sample, unsigned alpha) {
  if (alpha == 0 || alpha == 65535) return static_cast<std::uint16_t>(sample);
  const std::int64_t colored = std::int64_t{sample} - (65535 - alpha);
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>((colored * 65535 + alpha / 2) / alpha, 0, 65535));
}

}  // namespace

void ColorConversion::Delete::operator()(void* transform) const { cmsDeleteTransform(transform); }

ColorConversion::ColorConversion(ColorMode mode, std::span<const std::uint8_t> profile) : mode_(mode) {
  if (mode != ColorMode::cmyk || profile.empty()) return;
  const ProfilePtr from(cmsOpenProfileFromMem(profile.data(), static_cast<cmsUInt32Number>(profile.size())));
  const ProfilePtr to(cmsCreate_sRGBProfile());
  if (!from || cmsGetColorSpace(from.get()) != cmsSigCmykData) return;
  transform_.reset(
      cmsCreateTransform(from.get(), TYPE_CMYK_16_REV, to.get(), TYPE_RGB_16, INTENT_RELATIVE_COLORIMETRIC, 0));
}

std::array<std::uint16_t, 3> ColorConversion::operator()(const std::array<std::uint16_t, 4>& channels) const {
  const auto [a, b, c, d] = channels;
  if (mode_ == ColorMode::rgb) return {a, b, c};
  if (mode_ != ColorMode::cmyk) return {a, a, a};
  std::array<std::uint16_t, 3> rgb{};
  if (transform_)
    cmsDoTransform(transform_.get(), channels.data(), rgb.data(), 1);
  else  // stored is how much light each ink leaves
    for (std::size_t i = 0; i < 3; ++i) rgb[i] = static_cast<std::uint16_t>(std::uint32_t{channels[i]} * d / 65535);
  return rgb;
}

PsdReader::PsdReader(std::span<const std::uint8_t> bytes) {
  ByteReader file(bytes);
  read_header(file);
  colors_ = colors_of(mode_);
  if (size_.channels < colors_) throw Error("the document lacks channels of its colours");
  file.take(file.u32());  // palettes and duotone inks
  to_rgb_ = std::make_unique<ColorConversion>(mode_, find_profile(ByteReader(file.take(file.u32()))));
  const ByteReader layers(file.take(file.number(format_.length_size())));
  alpha_ = size_.channels > colors_ && merged_alpha(layers, format_);
  image_ = std::make_unique<StoredImage>(file, size_, format_, colors_ + (alpha_ ? 1 : 0));
  rows_.assign(colors_ + 1, std::vector<std::uint16_t>(size_.width, 65535));
}

void PsdReader::read_header(ByteReader& file) {
  if (file.text(4) != "8BPS") throw Error("this is no Photoshop document");
  const unsigned version = file.u16();
  if (version != 1 && version != 2) throw Error("this kind of Photoshop document is not known");
  file.take(6);
  format_.large = version == 2;
  size_.channels = file.u16();
  size_.height = file.u32();
  size_.width = file.u32();
  format_.depth = file.u16();
  mode_ = static_cast<ColorMode>(file.u16());
  constexpr std::uint64_t most_pixels = 1 << 28;
  constexpr std::uint32_t longest_side = 300'000, most_channels = 56;
  const bool possible = size_.width >= 1 && size_.width <= longest_side && size_.height >= 1 &&
                        size_.height <= longest_side && size_.channels >= 1 && size_.channels <= most_channels;
  if (!possible) throw Error("the document's size is impossible");
  if (std::uint64_t{size_.width} * size_.height > most_pixels)
    throw Error("the document has more than " + std::to_string(most_pixels) + " pixels");
  if (format_.depth != 8 && format_.depth != 16 && format_.depth != 32)
    throw Error("documents of " + std::to_string(format_.depth) + " bits a channel cannot be read");
}

void PsdReader::row(std::uint32_t y, std::span<std::uint16_t> into) {
  for (unsigned c = 0; c < colors_ + (alpha_ ? 1 : 0); ++c) image_->row(c, y, rows_[c]);
  for (std::size_t x = 0; x < size_.width; ++x) {
    std::array<std::uint16_t, 4> channels{};
    for (unsigned c = 0; c < colors_; ++c) channels[c] = rows_[c][x];
    const std::uint16_t opacity = rows_[colors_][x];
    const auto rgb = (*to_rgb_)(channels);
    for (std::size_t c = 0; c < 3; ++c) into[4 * x + c] = without_white(rgb[c], opacity);
    into[4 * x + 3] = opacity;
  }
}

}  // namespace reel::photoshop
