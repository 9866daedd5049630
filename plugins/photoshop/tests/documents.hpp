/// Documents for tests: owned by plain structs, handed to the exporter as it wants them.
#pragma once

#include <gmodule.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "reel/extension/exporter.h"

namespace reel::photoshop::testing {

struct Pixels {
  std::uint32_t width = 0, height = 0, depth = 8, channels = 4;
  std::vector<std::uint16_t> samples;

  /// f(x, y, channel) gives 0 to 1.
  template <class F>
  static Pixels make(std::uint32_t width, std::uint32_t height, std::uint32_t depth, std::uint32_t channels, F f) {
    Pixels p{width, height, depth, channels, {}};
    const double full = depth == 8 ? 255 : 65535;
    for (std::uint32_t y = 0; y < height; ++y)
      for (std::uint32_t x = 0; x < width; ++x)
        for (std::uint32_t c = 0; c < channels; ++c)
          p.samples.push_back(static_cast<std::uint16_t>(f(x, y, c) * full + 0.5));
    return p;
  }
  static Pixels noise(std::uint32_t width, std::uint32_t height, std::uint32_t depth, unsigned seed) {
    std::minstd_rand random(seed + 1);
    std::uniform_real_distribution<double> spread(0, 1);
    return make(width, height, depth, 4, [&](auto, auto, auto) { return spread(random); });
  }
  /// Opaque.
  static Pixels gradient(std::uint32_t width, std::uint32_t height, std::uint32_t depth) {
    return make(width, height, depth, 4, [=](std::uint32_t x, std::uint32_t y, std::uint32_t c) {
      return c == 0 ? double(x) / width : c == 1 ? double(y) / height : c == 2 ? 0.25 : 1.0;
    });
  }
  static Pixels solid(std::uint32_t width, std::uint32_t height, std::uint32_t depth, std::vector<double> color) {
    return make(width, height, depth, static_cast<std::uint32_t>(color.size()),
                [=](auto, auto, std::uint32_t c) { return color[c]; });
  }
  /// A mask: a soft disc.
  static Pixels disc(std::uint32_t width, std::uint32_t height, std::uint32_t depth) {
    return make(width, height, depth, 1, [=](std::uint32_t x, std::uint32_t y, auto) {
      const double dx = (x + 0.5) / width - 0.5, dy = (y + 0.5) / height - 0.5;
      return std::clamp(2 - 5 * std::sqrt(dx * dx + dy * dy), 0.0, 1.0);
    });
  }

  /// As the exporter wants them.
  std::vector<std::uint8_t> bytes() const {
    if (depth == 8) return {samples.begin(), samples.end()};
    std::vector<std::uint8_t> raw(samples.size() * 2);
    std::memcpy(raw.data(), samples.data(), raw.size());
    return raw;
  }
};

struct Layer {
  std::string name;
  int left = 0, top = 0;
  Pixels pixels;
  std::optional<Pixels> mask;
  std::string blend = "normal";
  unsigned opacity = 255;
  bool visible = true;
  bool group = false;
  std::vector<Layer> layers;  ///< of a group
};

struct Document {
  std::uint32_t width = 0, height = 0, depth = 8;
  std::vector<Layer> layers;
  double pixels_per_inch = 72;
  std::string source = "clip.mp4", title = "A frame";
  std::int64_t time = 1'500'000'000;
  double frames_per_second = 30000.0 / 1001;
};

/// A document in C. Lives as long as this object.
class CDocument {
 public:
  explicit CDocument(Document from) : from_(std::move(from)) {
    document.width = from_.width, document.height = from_.height, document.depth = from_.depth;
    document.pixels_per_inch = from_.pixels_per_inch;
    document.layers = convert(from_.layers);
    document.layer_count = from_.layers.size();
    document.source = from_.source.c_str();
    document.title = from_.title.c_str();
    document.time = from_.time;
    document.frames_per_second = from_.frames_per_second;
  }

  reel_document document{};

 private:
  reel_pixels convert(const Pixels& p) {
    bytes_.push_back(p.bytes());
    return {p.width, p.height, p.depth, p.channels, bytes_.back().data()};
  }

  const reel_layer* convert(const std::vector<Layer>& layers) {
    auto& made = layers_.emplace_back();
    for (const Layer& l : layers) {
      reel_layer& c = made.emplace_back();
      c.kind = l.group ? REEL_LAYER_GROUP : REEL_LAYER_PICTURE;
      c.name = l.name.c_str(), c.blend = l.blend.c_str();
      c.left = l.left, c.top = l.top;
      if (!l.group) c.pixels = convert(l.pixels);
      if (l.mask) c.mask = &masks_.emplace_back(convert(*l.mask));
      c.opacity = l.opacity, c.visible = l.visible;
    }
    for (std::size_t i = 0; i < layers.size(); ++i)
      if (layers[i].group) made[i].layers = convert(layers[i].layers), made[i].layer_count = layers[i].layers.size();
    return made.data();
  }

  const Document from_;
  std::deque<std::vector<std::uint8_t>> bytes_;
  std::deque<reel_pixels> masks_;
  std::deque<std::vector<reel_layer>> layers_;
};

/// The plugin's table, through the same door as the host's.
inline const reel_exporter& exporter() {
  static const reel_exporter* const table = [] {
    const char* const build = std::getenv("REEL_BUILD_DIR");
    const std::string path = std::string(build != nullptr ? build : ".") + "/lib/reelwork/plugins/reel-photoshop.so";
    GModule* const library = g_module_open(path.c_str(), G_MODULE_BIND_LOCAL);
    gpointer entry = nullptr;
    if (library == nullptr || g_module_symbol(library, REEL_PLUGIN_ENTRY_SYMBOL, &entry) == FALSE)
      throw std::runtime_error("cannot load " + path);
    return static_cast<const reel_exporter*>(static_cast<const reel_plugin*>(entry)->get_extension(REEL_EXPORTER));
  }();
  return *table;
}

/// Empty, or the message of the error.
inline std::string write(const Document& document, const std::string& path, const std::string& extension = "psd",
                         const reel_task* task = nullptr) {
  const CDocument c(document);
  GError* error = nullptr;
  if (exporter().write(nullptr, &c.document, extension.c_str(), path.c_str(), task, &error) != FALSE) return {};
  const std::string message = std::to_string(error->code) + ": " + error->message;
  g_error_free(error);
  return message;
}

}  // namespace reel::photoshop::testing
