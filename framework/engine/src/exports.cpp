#include "exports.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "files/local_file.hpp"
#include "files/temporary_file.hpp"
#include "graph/failures.hpp"
#include "graph/kinds.hpp"
#include "pictures.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/catalog/exporter.hpp"

namespace reel::engine {
namespace {

namespace fs = std::filesystem;
using base::Time;

/// Of all pictures of a stage, which are held in memory until its documents are written.
constexpr std::uint64_t most_bytes = 1'000'000'000;

/// A picture's pixels without gaps, as exporters take them.
struct Pixels {
  std::vector<std::uint8_t> bytes;
  std::uint32_t width = 0, height = 0, depth = 8;
  Time time{0};

  reel_pixels view(std::uint32_t channels) const { return {width, height, depth, channels, bytes.data()}; }
};

Pixels pixels_of(GstSample* sample, std::uint32_t depth) {
  GstVideoInfo info;
  GstVideoFrame frame;
  if (gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) == FALSE ||
      gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ) == FALSE)
    throw base::RunError("a picture cannot be read");
  Pixels pixels;
  pixels.width = static_cast<std::uint32_t>(info.width);
  pixels.height = static_cast<std::uint32_t>(info.height);
  pixels.depth = depth;
  pixels.time = start_of(sample);
  const std::size_t row = std::size_t{4} * pixels.width * depth / 8;
  pixels.bytes.resize(row * pixels.height);
  for (std::uint32_t y = 0; y < pixels.height; ++y)
    std::memcpy(pixels.bytes.data() + y * row,
                static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)) +
                    static_cast<std::ptrdiff_t>(y) * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0),
                row);
  gst_video_frame_unmap(&frame);
  return pixels;
}

/// Shows where a picture differs from the one below it; nothing where they cannot be compared, or nothing differs.
std::optional<Pixels> difference_mask(const Pixels& picture, const Pixels& below) {
  if (picture.width != below.width || picture.height != below.height) return std::nullopt;
  const std::size_t sample = picture.depth / 8, pixel = 4 * sample;
  Pixels mask{{}, picture.width, picture.height, picture.depth, picture.time};
  mask.bytes.assign(picture.bytes.size() / 4, 0);
  bool any = false;
  for (std::size_t at = 0; at < picture.bytes.size(); at += pixel) {
    if (std::memcmp(picture.bytes.data() + at, below.bytes.data() + at, pixel) == 0) continue;
    any = true;
    std::memset(mask.bytes.data() + at / 4, 0xFF, sample);
  }
  return any ? std::optional(std::move(mask)) : std::nullopt;
}

/// Layers under construction: what a reel_layer points to stays where it is.
struct Layer {
  std::string name;
  Pixels pixels;
  std::optional<Pixels> mask;
  reel_pixels mask_view{};
  std::vector<Layer> layers;  ///< of a group
  std::vector<reel_layer> views{};

  reel_layer view() {
    reel_layer out{};
    out.kind = layers.empty() ? REEL_LAYER_PICTURE : REEL_LAYER_GROUP;
    out.name = name.c_str();
    out.blend = layers.empty() ? "normal" : "pass";
    out.opacity = 255;
    out.visible = TRUE;
    if (layers.empty()) out.pixels = pixels.view(4);
    if (mask) {
      mask_view = mask->view(1);
      out.mask = &mask_view;
    }
    views.clear();
    for (Layer& layer : layers) views.push_back(layer.view());
    out.layers = views.data();
    out.layer_count = views.size();
    return out;
  }
};

template <class T>
T value_or(const model::Stage& stage, const char* name, T otherwise) {
  const model::Setting* const setting = stage.setting(name);
  const model::ParamSchema* const schema = stage.traits.param(name);
  const model::Value* const value = setting != nullptr  ? &setting->value
                                    : schema != nullptr ? &schema->default_value
                                                        : nullptr;
  const auto* const found = value != nullptr ? std::get_if<T>(value) : nullptr;
  return found != nullptr ? *found : otherwise;
}

/// One stage's documents on their way.
class Documents {
 public:
  Documents(const Prepared& prepared, std::size_t stage, PendingFiles& files, const ExportOptions& options)
      : prepared_(prepared),
        stage_(prepared.pipeline.stages[stage]),
        length_(prepared.clocks[stage].input_duration),
        files_(files),
        options_(options),
        exporter_(catalog::exporter_of(stage_.traits.factory)),
        target_(local_path(value_or<std::string>(stage_, "uri", ""))),
        extension_(document_extension(stage_)),
        depth_(value_or<std::string>(stage_, "depth", "8") == "16" ? 16 : 8) {}

  void write() {
    const auto layout = value_or<std::string>(stage_, "layout", "layers");
    std::vector<Layer> stack;
    for (const auto& range : value_or<std::vector<base::TimePointRange>>(stage_, "at", {{Time{0}, Time{0}}}))
      for (std::vector<Layer>& moment : layers_at(range)) {
        const Time time = moment.front().pixels.time;
        if (layout == "layers")
          documents_.emplace_back(time, std::move(moment));
        else if (layout == "stack")
          stack.push_back(moment.size() == 1 ? std::move(moment.front()) : group(std::move(moment)));
        else
          for (Layer& layer : moment) documents_.emplace_back(time, one(std::move(layer)));
      }
    if (!stack.empty()) {
      const Layer& first = stack.front();
      documents_.emplace_back(first.layers.empty() ? first.pixels.time : first.layers.front().pixels.time,
                              std::move(stack));
    }
    for (std::size_t i = 0; i < documents_.size(); ++i) write_document(i);
    if (value_or<bool>(stage_, "script", false)) write_script();
  }

 private:
  static std::vector<Layer> one(Layer layer) {
    std::vector<Layer> layers;
    layers.push_back(std::move(layer));
    return layers;
  }
  static Layer group(std::vector<Layer> layers) {
    Layer made;
    made.name = base::format(layers.front().pixels.time);
    made.layers = std::move(layers);
    return made;
  }

  /// Of each moment of a range the layers, the lowest first. The inputs have to have a picture at the same times.
  std::vector<std::vector<Layer>> layers_at(const base::TimePointRange& range) {
    std::vector<std::vector<Layer>> moments;
    for (const std::size_t input : stage_.inputs) {
      auto pictures = pictures_of(input, range);
      if (moments.empty()) moments.resize(pictures.size());
      if (pictures.size() != moments.size())
        throw base::InputError("'" + prepared_.pipeline.stages[input].id + "' has " +
                                   base::counted(pictures.size(), "picture") + " where the others have " +
                                   std::to_string(moments.size()),
                               "name single times, or inputs that are equally fast");
      for (std::size_t i = 0; i < pictures.size(); ++i) add_layer(moments[i], input, std::move(pictures[i]));
    }
    return moments;
  }

  void add_layer(std::vector<Layer>& moment, std::size_t input, Pixels pixels) {
    Layer layer;
    layer.name = prepared_.pipeline.stages[input].id;
    if (!moment.empty()) layer.mask = difference_mask(pixels, moment.back().pixels);
    layer.pixels = std::move(pixels);
    moment.push_back(std::move(layer));
  }

  std::vector<Pixels> pictures_of(std::size_t input, const base::TimePointRange& range) {
    const Time at = range.begin ? std::get<Time>(*range.begin) : Time{0};
    const Time end = range.end ? std::get<Time>(*range.end) : length_.value_or(Time::max());
    const std::string conversion = std::string("videoconvert ! videoscale ! video/x-raw,format=") +
                                   (depth_ == 16 ? "RGBA64_LE" : "RGBA") + ",pixel-aspect-ratio=1/1";
    std::vector<Pixels> pictures;
    for (const auto& sample : find_pictures(
             prepared_,
             {.stage = input, .at = at, .end = end, .most_bytes = most_bytes - bytes_, .conversion = conversion},
             options_.secret, options_.stop))
      pictures.push_back(pixels_of(sample.get(), depth_));
    for (const Pixels& picture : pictures) bytes_ += picture.bytes.size();
    if (pictures.empty())
      throw base::RunError("'" + prepared_.pipeline.stages[input].id + "' has no picture at " + base::format_moment(at),
                           "the input may be damaged there");
    return pictures;
  }

  /// `shot.psd`, or of several `shot-001.psd` and so on.
  fs::path file_of(std::size_t document) const {
    if (documents_.size() == 1) return target_;
    std::string number = std::to_string(document + 1);
    number.insert(0, 3 - std::min<std::size_t>(3, number.size()), '0');
    return target_.parent_path() / (target_.stem().string() + "-" + number + target_.extension().string());
  }

  const model::VideoStream* source_video() const {
    const auto& media = prepared_.media[main_source(prepared_.pipeline, stage_.inputs.front())];
    const auto* const stream = media ? media->video() : nullptr;
    return stream != nullptr ? &*stream->video : nullptr;
  }
  std::string source_uri() const {
    const auto& media = prepared_.media[main_source(prepared_.pipeline, stage_.inputs.front())];
    return media ? base::redacted(media->uri) : "";
  }
  double frames_per_second() const {
    const auto* const video = source_video();
    return video != nullptr ? video->frame_rate.value() : 0;
  }

  void write_document(std::size_t number) {
    auto& [time, layers] = documents_[number];
    std::vector<reel_layer> views;
    for (Layer& layer : layers) views.push_back(layer.view());
    const Pixels& first = layers.front().layers.empty() ? layers.front().pixels : layers.front().layers.front().pixels;
    const std::string source = source_uri(), title = prepared_.pipeline.name;
    reel_document document{};
    document.width = first.width;
    document.height = first.height;
    document.depth = depth_;
    document.pixels_per_inch = value_or<double>(stage_, "ppi", 72);
    document.layers = views.data();
    document.layer_count = views.size();
    document.source = source.c_str();
    document.title = title.c_str();
    document.time = time.count();
    document.frames_per_second = frames_per_second();
    const fs::path file = file_of(number);
    TemporaryFile temporary(file);
    exporter_->write(document, extension_, temporary.path(), options_.stop);
    files_.add(stage_.id, temporary.release(), options_.destination(file.string()));
  }

  /// What is played below, the original first; above, what the pipeline's other sinks make of it.
  std::vector<std::pair<std::string, std::string>> videos() const {
    std::vector<std::pair<std::string, std::string>> found;
    std::set<std::size_t> seen;
    for (const std::size_t input : stage_.inputs) {
      const std::size_t source = main_source(prepared_.pipeline, input);
      const auto& media = prepared_.media[source];
      if (!media || media->uri.empty() || !seen.insert(source).second) continue;
      found.emplace_back(found.empty() ? "original" : prepared_.pipeline.stages[source].id,
                         absolute(base::redacted(media->uri)));
    }
    for (const model::Stage& other : prepared_.pipeline.stages)
      if (other.traits.role == model::StageRole::sink && !catalog::exporter_of(other.traits.factory))
        found.emplace_back(other.id, absolute(options_.destination(value_or<std::string>(other, "uri", ""))));
    return found;
  }

  void write_script() {
    const std::string kind = exporter_->script_extension();
    if (kind.empty()) throw base::InputError("'" + stage_.traits.name + "' writes no scripts", "leave 'script' out");
    const auto named = videos();
    if (named.empty())
      throw base::InputError("there is no video that a script could open", "add a sink, or leave 'script' out");
    std::vector<reel_video_layer> layers;
    for (const auto& [name, path] : named) layers.push_back({name.c_str(), path.c_str()});
    const fs::path file = fs::path(target_).replace_extension(kind);
    TemporaryFile temporary(file);
    exporter_->write_script(layers, frames_per_second(), temporary.path(), options_.stop);
    files_.add(stage_.id, temporary.release(), options_.destination(file.string()));
  }
  static std::string absolute(const std::string& uri) {
    return base::scheme_of(uri) == "file" ? fs::absolute(local_path(uri)).string() : uri;
  }

  const Prepared& prepared_;
  const model::Stage& stage_;
  const std::optional<Time> length_;
  PendingFiles& files_;
  const ExportOptions& options_;
  const std::shared_ptr<const catalog::Exporter> exporter_;
  const fs::path target_;
  const std::string extension_;
  const std::uint32_t depth_;
  std::vector<std::pair<Time, std::vector<Layer>>> documents_;
  std::uint64_t bytes_ = 0;  ///< of the pictures so far
};

}  // namespace

std::string document_extension(const model::Stage& stage) {
  const auto known = catalog::exporter_of(stage.traits.factory)->extensions();
  const std::string uri = value_or<std::string>(stage, "uri", "");
  std::string extension = fs::path(uri).extension().string();
  if (!extension.empty()) extension.erase(0, 1);
  std::ranges::transform(extension, extension.begin(), [](char c) { return static_cast<char>(g_ascii_tolower(c)); });
  if (std::ranges::find(known, extension) != known.end()) return extension;
  std::vector<std::string> endings;
  for (const std::string& name : known) endings.push_back("." + name);
  throw base::InputError("'" + base::printable(uri) + "' is no name for a document of '" + stage.traits.name + "'",
                         "end it in " + base::join_words(endings, "or"));
}

std::vector<std::size_t> exporter_stages(const model::Pipeline& pipeline) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i)
    if (catalog::exporter_of(pipeline.stages[i].traits.factory)) found.push_back(i);
  return found;
}

Prepared without_exporters(const Prepared& prepared) {
  const auto left_out = exporter_stages(prepared.pipeline);
  if (left_out.empty()) return prepared;
  Prepared rest = prepared;
  rest.pipeline.stages.clear();
  rest.media.clear();
  rest.clocks.clear();
  std::map<std::size_t, std::size_t> places;
  for (std::size_t i = 0; i < prepared.pipeline.stages.size(); ++i) {
    if (std::ranges::find(left_out, i) != left_out.end()) continue;
    places[i] = rest.pipeline.stages.size();
    rest.pipeline.stages.push_back(prepared.pipeline.stages[i]);
    for (std::size_t& input : rest.pipeline.stages.back().inputs) input = places.at(input);
    rest.media.push_back(prepared.media[i]);
    rest.clocks.push_back(prepared.clocks[i]);
  }
  return rest;
}

void write_documents(const Prepared& prepared, std::size_t index, PendingFiles& files, const ExportOptions& options) {
  const model::Stage& stage = prepared.pipeline.stages[index];
  base::log(base::Level::info, "writing documents", stage.id);
  try {
    Documents(prepared, index, files, options).write();
  } catch (const StageError&) {
    throw;
  } catch (const base::Interrupted&) {
    throw;
  } catch (const base::Error& error) {
    throw stage_error(stage, error.what(), error.hint());
  }
}

}  // namespace reel::engine
