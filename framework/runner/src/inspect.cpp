#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/engine/assets.hpp"
#include "reel/engine/probe.hpp"
#include "reel/engine/run.hpp"
#include "reel/model/json.hpp"
#include "results.hpp"
#include "stages.hpp"
#include "work.hpp"

namespace reel::runner {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// Looks at one file and makes what belongs to it, each part a share of the whole.
class Inspection {
 public:
  Inspection(const service::InspectJob& job, Workplace& place)
      : job_(job), place_(place), stages_(load_stages(ours(place.spec.setup))), media_(engine::probe(job.file)) {}

  service::RunnerResult make() {
    const auto* const video = media_.video();
    if (video != nullptr) make_pictures(video->video->still);
    if (media_.audio() != nullptr) make_waveform();
    make_preview();
    service::RunnerResult result;
    media_.uri = job_.name;
    result.media_json = model::to_json(media_).dump(-1, ' ', false, json::error_handler_t::replace);
    result.assets_json = assets_.dump();
    result.made = std::move(made_);
    return result;
  }

 private:
  /// The installation's policy is about what users write, not about what we do.
  static service::RunnerSetup ours(service::RunnerSetup setup) {
    setup.allow_stages = {"*"};
    setup.deny_stages.clear();
    return setup;
  }

  void make_pictures(bool still) {
    const auto poster = engine::write_poster(media_, job_.output_folder / "poster.jpg");
    add("poster", "poster.jpg", {{"width", poster.width}, {"height", poster.height}});
    if (still) return;
    const auto sprite = engine::write_sprite(media_, job_.output_folder / "sprite.jpg", part(0.0, 0.3));
    add("sprite", "sprite.jpg",
        {{"columns", sprite.columns},
         {"rows", sprite.rows},
         {"width", sprite.width},
         {"height", sprite.height},
         {"count", sprite.count},
         {"interval", base::seconds(sprite.interval)}});
  }

  void make_waveform() {
    try {
      const auto waveform = engine::write_waveform(media_, job_.output_folder / "waveform.json", part(0.3, 0.5));
      add("waveform", "waveform.json", {{"peaks", waveform.peaks}, {"duration", base::seconds(waveform.duration)}});
    } catch (const base::InputError& e) {
      // Pictures without their sound are media all the same.
      if (media_.video() == nullptr) throw;
      base::log(base::Level::warning, e.what());
    }
  }

  void make_preview() {
    const std::string why = engine::why_browsers_cannot_play(media_);
    assets_["preview"] = nullptr;
    const bool still = media_.video() != nullptr && media_.video()->video->still;
    if (why.empty() || still) return;
    base::log(base::Level::info, "makes a preview, since " + why);
    model::Diagnosed diagnosed;
    const auto pipeline = model::load_pipeline("preview", preview_yaml(), *stages_, {}, diagnosed);
    const auto prepared = pipeline ? engine::prepare(*pipeline, diagnosed) : std::nullopt;
    if (!prepared) throw InvalidPipeline{std::move(diagnosed)};
    engine::RunOptions options;
    options.render = engine::RenderMode::full;
    options.on_progress = [show = part(0.5, 1.0)](const engine::Progress& p) { show(std::max(0.0, p.fraction)); };
    engine::Run run(*prepared, options);
    place_.stop.execute(run);
    add("preview", "preview.mp4", json::object());
  }

  /// H.264 and AAC, the shorter side 720 at most.
  std::string preview_yaml() const {
    // JSON is YAML, and quotes what has to be.
    json stages = json::array({{{"uses", "source"}, {"with", {{"uri", job_.file.string()}}}}});
    json sink{{"uri", (job_.output_folder / "preview.mp4").string()}};
    if (const auto* const stream = media_.video(); stream != nullptr) {
      double width = stream->video->width * stream->video->pixel_aspect.value(), height = stream->video->height;
      if (stream->video->rotation % 180 != 0) std::swap(width, height);
      const double shrink = std::min({1.0, 720 / std::min(width, height), 1280 / std::max(width, height)});
      const auto even = [&](double side) { return std::max(2L, 2 * std::lround(side * shrink / 2)); };
      stages.push_back({{"uses", "scale"}, {"with", {{"width", even(width)}, {"height", even(height)}}}});
      sink.update({{"video-codec", "h264"}, {"pixel-format", "yuv420p"}, {"speed", "veryfast"}, {"quality", 60}});
    }
    if (media_.audio() != nullptr) sink["audio-codec"] = "aac";
    stages.push_back({{"uses", "sink"}, {"with", std::move(sink)}});
    return json{{"reel", 1}, {"stages", std::move(stages)}}.dump();
  }

  void add(const std::string& asset, const std::string& file, json facts) {
    facts["file"] = file;
    assets_[asset] = std::move(facts);
    std::error_code missing;
    made_.push_back({file, asset, fs::file_size(job_.output_folder / file, missing)});
  }

  engine::AssetProgress part(double begin, double end) {
    return [this, begin, end](double done) {
      place_.stop.check();
      service::RunnerProgress progress;
      progress.record.fraction = begin + (end - begin) * done;
      place_.channel.send(progress);
    };
  }

  const service::InspectJob& job_;
  Workplace& place_;
  std::unique_ptr<catalog::Catalog> stages_;
  model::MediaInfo media_;
  json assets_ = json::object();
  std::vector<service::RunnerArtifact> made_;
};

}  // namespace

service::RunnerResult inspect(const service::InspectJob& job, Workplace& place) {
  try {
    return Inspection(job, place).make();
  } catch (const base::InputError&) {
    service::RunnerResult result = failed(std::current_exception(), place.names);
    result.outcome.error_code = "not-media";
    return result;
  }
}

}  // namespace reel::runner
