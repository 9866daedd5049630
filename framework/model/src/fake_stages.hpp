/// For tests: a few stages of the real catalogue, as far as the checker can tell them apart.
#pragma once

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reel/model/stage.hpp"

namespace reel::model {

class FakeStages : public StageSource {
 public:
  FakeStages() {
    add_ends();
    add_filters();
  }

  StageTraits& add(StageTraits traits) {
    auto& place = stages_[traits.name];
    place = std::make_unique<StageTraits>(std::move(traits));
    return *place;
  }
  void refuse(const std::string& name, const std::string& reason) { refused_[name] = reason; }

  const StageTraits* find(std::string_view name) const override {
    if (name.starts_with("reel/")) name.remove_prefix(5);
    const auto found = stages_.find(std::string(name));
    return found == stages_.end() ? nullptr : found->second.get();
  }
  std::vector<const StageTraits*> stages() const override {
    std::vector<const StageTraits*> list;
    for (const auto& [name, traits] : stages_)
      if (!name.starts_with("gst/")) list.push_back(traits.get());
    return list;
  }
  std::string why_not(std::string_view name) const override {
    const auto found = refused_.find(std::string(name));
    return found == refused_.end() ? "" : found->second;
  }
  std::vector<std::string> foreign_names() const override { return {"gst/videoflip", "gst/videobalance"}; }

  static StageTraits filter(const std::string& name, bool video, bool audio) {
    StageTraits traits;
    traits.name = name;
    traits.takes_video = traits.gives_video = video;
    traits.takes_audio = traits.gives_audio = audio;
    return traits;
  }

 private:
  void add_ends() {
    StageTraits source = filter("source", true, true), sink = source;
    source.role = StageRole::source;
    source.takes_video = source.takes_audio = source.allows_during = false;
    source.min_inputs = source.max_inputs = 0;
    source.params = {{.name = "uri", .type = ParamType::uri, .description = "The media to read", .required = true}};
    sink.name = "sink";
    sink.role = StageRole::sink;
    sink.gives_video = sink.gives_audio = sink.allows_during = false;
    sink.params = {{.name = "uri", .type = ParamType::uri, .description = "Where to write", .required = true},
                   {.name = "container",
                    .type = ParamType::choice,
                    .default_value = std::string("auto"),
                    .choices = {{"auto", "By the extension"}, {"mp4", ""}, {"mov", ""}, {"mkv", ""}, {"webm", ""}}}};
    add(source);
    add(sink);
  }

  void add_filters() {
    StageTraits cut = filter("cut", true, true);
    cut.allows_during = false;
    cut.params = {{.name = "keep", .type = ParamType::ranges}, {.name = "remove", .type = ParamType::ranges}};
    add(cut);
    StageTraits blur = filter("blur", true, false);
    blur.summary = "Blurs the picture or a part of it";
    blur.params = {{.name = "radius",
                    .type = ParamType::number,
                    .description = "How far each pixel spreads",
                    .unit = "px",
                    .default_value = 8.0,
                    .minimum = 0,
                    .maximum = 200,
                    .identity = 0,
                    .animatable = true},
                   {.name = "region", .type = ParamType::region, .animatable = true}};
    add(blur);
    StageTraits volume = filter("volume", false, true);
    volume.params = {{.name = "volume",
                      .type = ParamType::number,
                      .default_value = 1.0,
                      .minimum = 0,
                      .maximum = 10,
                      .animatable = true}};
    add(volume);
    StageTraits fade = filter("fade", true, true);
    fade.params = {{.name = "duration",
                    .type = ParamType::time,
                    .default_value = base::TimePoint{base::Time{1'000'000'000}},
                    .minimum = 0},
                   {.name = "direction",
                    .type = ParamType::choice,
                    .default_value = std::string("both"),
                    .choices = {{"in", "At the start"}, {"out", "At the end"}, {"both", "Both"}}}};
    add(fade);
    StageTraits overlay = filter("overlay", true, true);
    overlay.role = StageRole::join;
    overlay.min_inputs = overlay.max_inputs = 2;
    add(overlay);
    add(filter("mute", false, true));
  }

  std::map<std::string, std::unique_ptr<StageTraits>> stages_;
  std::map<std::string, std::string> refused_;
};

}  // namespace reel::model
