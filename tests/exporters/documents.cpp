// Writes documents, and beside each what is in it, for readers that others wrote: NAME.psd, NAME.json, and the samples in files that the
// latter names; and scripts, NAME.jsx and NAME.script.

#include "documents.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

namespace {

using namespace reel::photoshop::testing;
using nlohmann::json;

constexpr std::array blends{"normal", "multiply", "screen", "overlay", "darken", "lighten", "difference"};

class Folder {
 public:
  explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}

  /// A script, and what its videos are called.
  void save_script(const std::string& name, const std::vector<std::string>& texts, bool masked, double rate) {
    std::vector<reel_video_layer> videos;
    for (const std::string& text : texts) videos.push_back({text.c_str(), text.c_str()});
    const reel_video_layer mask{"mask", "mask.mov"};
    GError* error = nullptr;
    if (exporter().write_script(nullptr, videos.data(), videos.size(), masked ? &mask : nullptr, rate,
                                (path_ / (name + ".jsx")).c_str(), nullptr, &error) == FALSE)
      throw std::runtime_error(error->message);
    const json about{{"script", name + ".jsx"}, {"videos", texts}, {"masked", masked}, {"rate", rate}};
    std::ofstream(path_ / (name + ".script")) << about;
  }

  void save(const std::string& name, const Document& document, const std::string& extension = "psd") {
    name_ = name, files_ = 0;
    const std::string file = name + "." + extension;
    const std::string fault = write(document, path_ / file, extension);
    if (!fault.empty()) throw std::runtime_error(file + ": " + fault);
    const json about{{"file", file},
                     {"width", document.width},
                     {"height", document.height},
                     {"depth", document.depth},
                     {"ppi", document.pixels_per_inch},
                     {"source", document.source},
                     {"title", document.title},
                     {"layers", describe(document.layers)}};
    std::ofstream(path_ / (name + ".json")) << about;
  }

 private:
  json describe(const Pixels& p) {
    const std::string file = name_ + "." + std::to_string(files_++) + ".raw";
    const auto bytes = p.bytes();
    std::ofstream(path_ / file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return {{"width", p.width}, {"height", p.height}, {"file", file}};
  }

  json describe(const std::vector<Layer>& layers) {
    json all = json::array();
    for (const Layer& l : layers) {
      json one{{"name", l.name},       {"blend", l.blend}, {"opacity", l.opacity},
               {"visible", l.visible}, {"left", l.left},   {"top", l.top}};
      if (l.group)
        one["layers"] = describe(l.layers);
      else
        one["pixels"] = describe(l.pixels);
      if (l.mask) one["mask"] = describe(*l.mask);
      all.push_back(one);
    }
    return all;
  }

  std::filesystem::path path_;
  std::string name_;
  int files_ = 0;
};

Layer picture(std::string name, Pixels pixels, int left = 0, int top = 0) {
  return {.name = std::move(name), .left = left, .top = top, .pixels = std::move(pixels)};
}

/// Forty layers in all ways of blending, some over the edge, some wholly outside, a third with a mask; ten in a group with a mask, and ten
/// in a group of that one.
Document forty_layers(std::uint32_t depth) {
  constexpr std::uint32_t width = 97, height = 61;
  Document d{.width = width, .height = height, .depth = depth};
  Layer group{.name = "group", .mask = Pixels::disc(width, height, depth), .opacity = 220, .group = true};
  Layer inner{.name = "group of the group", .blend = "pass", .group = true};
  inner.mask = Pixels::make(width, height, depth, 1, [](std::uint32_t x, auto, auto) { return double(x) / width; });
  d.layers = {picture("Background", Pixels::gradient(width, height, depth))};
  for (unsigned i = 1; i < 40; ++i) {
    Layer l = picture("Layer " + std::to_string(i), Pixels::noise(5 + i, 40 - i, depth, i), int(i * 7 % 110) - 15,
                      int(i * 11 % 75) - 10);
    l.blend = blends[i % blends.size()];
    l.opacity = 255 - i * 5;
    l.visible = i % 9 != 0;
    if (i % 3 == 0) l.mask = Pixels::disc(l.pixels.width, l.pixels.height, depth);
    (i < 10 || i >= 30 ? d.layers : i < 20 ? group.layers : inner.layers).push_back(std::move(l));
    if (i == 29) {
      group.layers.push_back(std::move(inner));
      d.layers.push_back(std::move(group));
    }
  }
  d.layers.push_back(picture("outside", Pixels::noise(10, 10, depth, 99), 500, -300));
  d.layers.push_back(picture("empty", {}));
  return d;
}

/// Groups in groups, with masks, over nothing.
Document nested_groups(std::uint32_t depth) {
  constexpr std::uint32_t width = 50, height = 41;
  Layer deepest{
      .name = "deepest", .mask = Pixels::disc(width, height, depth), .blend = "pass", .opacity = 200, .group = true};
  deepest.layers = {picture("a", Pixels::noise(30, 20, depth, 1), 3, 4),
                    picture("b", Pixels::noise(20, 30, depth, 2), 15, 9)};
  deepest.layers[1].blend = "multiply";
  Layer inner{.name = "inner", .blend = "screen", .opacity = 180, .group = true};
  inner.layers = {picture("c", Pixels::solid(40, 30, depth, {1, 0.5, 0, 0.75}), -5, -5), deepest};
  Layer hidden{.name = "hidden", .visible = false, .group = true};
  hidden.layers = {picture("unseen", Pixels::noise(9, 9, depth, 5))};
  Layer outer{.name = "outer", .blend = "pass", .group = true};
  outer.layers = {inner, hidden, Layer{.name = "nothing in it", .group = true}};
  Document d{.width = width, .height = height, .depth = depth};
  d.layers = {picture("below", Pixels::noise(45, 41, depth, 7)), outer,
              picture("above", Pixels::noise(10, 10, depth, 8), 40, 35)};
  d.layers.back().mask = Pixels::disc(10, 10, depth);
  return d;
}

Document strange_names() {
  const std::vector<std::string> names{"日本語のレイヤー",
                                       "🎬🏳️‍🌈👩‍👩‍👧",
                                       "e\u0301a\u0308o\u0302",
                                       "שלום עולם",
                                       "مرحبا",
                                       "Ünïcödé",
                                       std::string(300, 'x'),
                                       "",
                                       " ",
                                       "</Layer group>",
                                       "\"quoted\" 'and' \\ back",
                                       "line\nfeed",
                                       "<xml>&amp;",
                                       std::string(255, 'y') + "日"};
  Document d{
      .width = 8,
      .height = 8,
      .title = "<&>\"' 日本 ]]>",
  };
  for (const std::string& name : names) d.layers.push_back(picture(name, Pixels::solid(8, 8, 8, {1, 1, 1, 1})));
  return d;
}

Document single(std::uint32_t width, std::uint32_t height, std::uint32_t depth) {
  return {.width = width,
          .height = height,
          .depth = depth,
          .layers = {picture("only", Pixels::noise(width, height, depth, width))}};
}

/// What most documents are: a frame, opaque, and its edit under a mask.
Document frame(std::uint32_t depth) {
  Document d{.width = 320, .height = 180, .depth = depth, .pixels_per_inch = 300};
  d.layers = {picture("Original", Pixels::gradient(320, 180, depth)),
              picture("Edited", Pixels::solid(320, 180, depth, {0.1, 0.6, 0.9, 1}))};
  d.layers[1].mask = Pixels::disc(320, 180, depth);
  return d;
}

}  // namespace

int main(int, char** arguments) try {
  Folder folder(arguments[1]);
  folder.save("names", strange_names());
  for (const std::uint32_t depth : {8U, 16U}) {
    const std::string bits = "-" + std::to_string(depth);
    folder.save("forty-layers" + bits, forty_layers(depth));
    folder.save("frame" + bits, frame(depth));
    folder.save("groups" + bits, nested_groups(depth));
    folder.save("large-groups" + bits, nested_groups(depth), "psb");
    folder.save("pixel" + bits, single(1, 1, depth));
    folder.save("odd" + bits, single(301, 7, depth));
    folder.save("wide" + bits, single(30'001, 2, depth));
  }
  folder.save_script("masked", {"original.mp4", "processed.mp4"}, true, 30000.0 / 1001);
  folder.save_script(
      "hostile",
      {"/a \"quoted\" 'one'.mp4", "*/ </script> //.mp4", "line\nfeed\r\t.mp4", "\xe2\x80\xa8\xe2\x80\xa9.mp4",
       "日本 🎬 e\u0301 שלום.mp4", "C:\\videos\\n.mp4", "100%25 %41.mp4", "${app} \\u0041 \x01\x7f.mp4"},
      false, 0);
  return 0;
} catch (const std::exception& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
