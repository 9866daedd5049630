#include "document_check.hpp"

#include <cstdlib>
#include <span>
#include <string>

#include "blend.hpp"
#include "reel/task.hpp"
#include "text.hpp"

namespace reel::photoshop {

namespace {

constexpr std::uint32_t longest_side = 300'000, longest_psd_side = 30'000;
constexpr std::uint64_t largest_psd = (1ULL << 31) - 1;
constexpr std::size_t most_layers = 8'000, deepest_group = 10, longest_name = 4'096;

[[noreturn]] void invalid(const std::string& message) { throw ExtensionError(REEL_ERROR_INVALID, message); }

std::string size_text(std::uint32_t width, std::uint32_t height) {
  return std::to_string(width) + " x " + std::to_string(height) + " pixels";
}

/// Checks a document layer by layer, and counts them.
class Checker {
 public:
  explicit Checker(const reel_document& document) : document_(document) {}

  void layers(std::span<const reel_layer> all, std::size_t depth) {
    if (depth > deepest_group)
      invalid("groups are nested deeper than " + std::to_string(deepest_group) +
              " levels, which Photoshop cannot show");
    for (const reel_layer& l : all) layer(l, depth);
  }

 private:
  void layer(const reel_layer& l, std::size_t depth) {
    if (++count_ > most_layers)
      invalid("there are more than " + std::to_string(most_layers) + " layers, the most that a document can hold");
    const std::string name = "layer '" + ascii(valid_utf8(l.name), 80) + "': ";
    const bool group = l.kind == REEL_LAYER_GROUP;
    if (utf16(valid_utf8(l.name)).size() > longest_name)
      invalid(name + "its name is longer than " + std::to_string(longest_name) + " characters");
    const Blend* const blend = l.blend == nullptr ? nullptr : find_blend(l.blend);
    if (blend == nullptr || (!group && passes_through(*blend)))
      invalid(name + "'" + (l.blend == nullptr ? "" : l.blend) + "' is no way to blend it");
    if (l.opacity > 255) invalid(name + "its opacity is " + std::to_string(l.opacity) + ", expected 0 to 255");
    if (group && (l.left != 0 || l.top != 0)) invalid(name + "a group has no place of its own");
    if (group)
      layers({l.layers, l.layer_count}, depth + 1);
    else
      pixels(l.pixels, 4, name);
    if (l.mask != nullptr) mask(l, name);
    constexpr std::int64_t farthest = 1 << 30;
    if (std::abs(std::int64_t{l.left}) > farthest || std::abs(std::int64_t{l.top}) > farthest)
      invalid(name + "it lies too far outside of the document");
  }

  static void pixels(const reel_pixels& p, unsigned channels, const std::string& name) {
    if (p.width > longest_side || p.height > longest_side)
      invalid(name + "it has " + size_text(p.width, p.height) + ", expected " + std::to_string(longest_side) +
              " a side at most");
    if (p.width == 0 || p.height == 0) return;
    if (p.channels != channels || (p.depth != 8 && p.depth != 16) || p.data == nullptr)
      invalid(name + "its pixels are not " + std::to_string(channels) + " channels of 8 or 16 bits");
  }

  void mask(const reel_layer& l, const std::string& name) const {
    pixels(*l.mask, 1, name + "mask: ");
    const bool group = l.kind == REEL_LAYER_GROUP;
    const std::uint32_t width = group ? document_.width : l.pixels.width;
    const std::uint32_t height = group ? document_.height : l.pixels.height;
    if (l.mask->width != width || l.mask->height != height)
      invalid(name + "its mask has " + size_text(l.mask->width, l.mask->height) + ", expected " +
              size_text(width, height));
  }

  const reel_document& document_;
  std::size_t count_ = 0;
};

/// More than all channels can take, packed however badly.
std::uint64_t largest_size(std::span<const reel_layer> layers, unsigned depth) {
  std::uint64_t size = 0;
  for (const reel_layer& l : layers) {
    const std::uint64_t area = std::uint64_t{l.pixels.width} * l.pixels.height;
    const std::uint64_t mask = l.mask == nullptr ? 0 : std::uint64_t{l.mask->width} * l.mask->height;
    size += (area * 4 + mask) * depth / 8 + largest_size({l.layers, l.layer_count}, depth);
  }
  return size;
}

}  // namespace

void check(const reel_document& d) {
  if (d.width < 1 || d.height < 1 || d.width > longest_side || d.height > longest_side)
    invalid("the document has " + size_text(d.width, d.height) + ", expected 1 to " + std::to_string(longest_side) +
            " a side");
  if (d.depth != 8 && d.depth != 16)
    invalid("the document has " + std::to_string(d.depth) + " bits a channel, expected 8 or 16");
  if (!(d.pixels_per_inch > 0 && d.pixels_per_inch < 32'768))
    invalid("the document has " + std::to_string(d.pixels_per_inch) +
            " pixels per inch, expected more than 0 and less than 32768");
  if (d.layer_count == 0) invalid("the document has no layers");
  constexpr std::size_t largest_profile = 64 << 20;
  if (d.icc_profile != nullptr && d.icc_profile_size > largest_profile)
    invalid("the colour profile is larger than 64 MiB");
  Checker(d).layers({d.layers, d.layer_count}, 0);
}

Format format_for(const reel_document& d, bool want_large) {
  const std::uint64_t merged = std::uint64_t{d.width} * d.height * 4 * d.depth / 8;
  const std::uint64_t size = merged + largest_size({d.layers, d.layer_count}, d.depth);
  const bool too_large = d.width > longest_psd_side || d.height > longest_psd_side || size + size / 64 > largest_psd;
  return {want_large || too_large, d.depth};
}

}  // namespace reel::photoshop
