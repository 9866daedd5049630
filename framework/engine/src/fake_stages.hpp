/// Stages for the engine's own tests, so that these need no plugin: a source and a sink that keep to the same
/// rules as the real ones, and filters that misbehave. Include in tests only.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "graph/gst.hpp"
#include "media_fixture.hpp"
#include "reel/catalog/catalog.hpp"
#include "reel/engine/media_check.hpp"
#include "reel/sdk.hpp"

namespace reel::engine {

/// Decodes by uridecodebin; pads appear when they are known.
struct FakeSource : reel::BinStage<FakeSource> {
  static constexpr reel::StageInfo stage{
      .name = "test-source", .title = "Source", .summary = "Reads a file", .during = false};
  struct Params {
    reel::Uri uri;
    bool video = true, audio = true;
  };
  static constexpr auto params = reel::params(reel::param("uri", &Params::uri, "What to read").required(),
                                              reel::param("video", &Params::video, "Decode pictures"),
                                              reel::param("audio", &Params::audio, "Decode sound"));
  static constexpr std::array pads{reel::PadInfo{"video_src", GST_PAD_SRC, GST_PAD_SOMETIMES, "video/x-raw"},
                                   reel::PadInfo{"audio_src", GST_PAD_SRC, GST_PAD_SOMETIMES, "audio/x-raw"}};

  static void added(GstElement*, GstPad* pad, GstElement* bin) {
    gst::CapsPtr caps(gst_pad_query_caps(pad, nullptr));
    const std::string name = gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
    GstPad* const ghost = gst_ghost_pad_new(name.starts_with("video") ? "video_src" : "audio_src", pad);
    gst_pad_set_active(ghost, TRUE);
    gst_element_add_pad(bin, ghost);
  }
  static void no_more(GstElement*, GstElement* bin) { gst_element_no_more_pads(bin); }

  void prepare(GstBin* bin, const Params& p) {
    GstElement* const decoder = reel::make_element("uridecodebin");
    const gst::TextPtr uri(gst_filename_to_uri(p.uri.text.c_str(), nullptr));
    g_object_set(decoder, "uri", uri.get(), nullptr);
    g_signal_connect(decoder, "pad-added", G_CALLBACK(added), bin);
    g_signal_connect(decoder, "no-more-pads", G_CALLBACK(no_more), bin);
    gst_bin_add(bin, decoder);
  }
};

/// Writes Matroska with raw pictures and sound to a temporary file, and says so at the end.
struct FakeSink : reel::BinStage<FakeSink> {
  static constexpr reel::StageInfo stage{
      .name = "test-sink", .title = "Sink", .summary = "Writes a file", .during = false};
  struct Params {
    reel::Uri uri;
    bool commit = true;
  };
  static constexpr auto params = reel::params(reel::param("uri", &Params::uri, "Where to write").required(),
                                              reel::param("commit", &Params::commit, "Rename at the end"));
  static constexpr std::array pads{reel::PadInfo{"video_sink", GST_PAD_SINK, GST_PAD_REQUEST, "video/x-raw"},
                                   reel::PadInfo{"audio_sink", GST_PAD_SINK, GST_PAD_REQUEST, "audio/x-raw"}};

  GstElement *mux = nullptr, *file = nullptr;
  std::string temporary, target;

  void build(GstBin* bin) {
    mux = reel::make_element("matroskamux");
    file = reel::make_element("filesink");
    gst_bin_add_many(bin, mux, file, nullptr);
    gst_element_link(mux, file);
  }
  GstPad* request_pad(GstBin* bin, GstPadTemplate* made_from, const char*) {
    const std::string name = GST_PAD_TEMPLATE_NAME_TEMPLATE(made_from);
    const bool video = name == "video_sink";
    GstElement* const encoder = reel::make_element(video ? "avenc_ffv1" : "flacenc");
    gst_bin_add(bin, encoder);
    gst_element_link(encoder, mux);
    const gst::PadPtr pad(gst_element_get_static_pad(encoder, "sink"));
    GstPad* const ghost = gst_ghost_pad_new_from_template(name.c_str(), pad.get(), made_from);
    gst_element_add_pad(GST_ELEMENT(bin), ghost);
    return ghost;
  }
  void prepare(GstBin*, const Params& p) {
    target = p.uri.text;
    temporary = target + ".part";
    g_object_set(file, "location", temporary.c_str(), nullptr);
  }
  bool message(GstBin* bin, GstMessage* m) {
    if (GST_MESSAGE_TYPE(m) == GST_MESSAGE_EOS)
      gst_element_post_message(
          GST_ELEMENT(bin),
          gst_message_new_element(GST_OBJECT(bin),
                                  gst_structure_new("reel-artifact", "temporary", G_TYPE_STRING, temporary.c_str(),
                                                    "target", G_TYPE_STRING, target.c_str(), nullptr)));
    return true;
  }
  void cleanup(GstBin*) { unlink(temporary.c_str()); }
};

/// Throws, or never comes back, at a picture.
struct FakeTrouble : reel::VideoFilter<FakeTrouble> {
  static constexpr reel::StageInfo stage{
      .name = "test-trouble", .title = "Trouble", .summary = "Fails", .contract = "pointwise"};
  struct Params {
    int at = 5;
    unsigned hang_ms = 0;
  };
  static constexpr auto params = reel::params(reel::param("at", &Params::at, "Picture"),
                                              reel::param("hang-ms", &Params::hang_ms, "Instead of throwing, sleep"));
  int seen = 0;
  void process(reel::VideoFrame&, const Params& p) {
    if (seen++ != p.at) return;
    if (p.hang_ms == 0) throw reel::Error("picture " + std::to_string(p.at) + " is not to its liking");
    std::this_thread::sleep_for(std::chrono::milliseconds(p.hang_ms));
  }
};

/// The stages above, and GStreamer's own as gst/NAME.
class TestStages final : public model::StageSource {
 public:
  TestStages() : catalog_({}) {
    static const bool registered = [] {
      return FakeSource::register_stage(nullptr) && FakeSink::register_stage(nullptr) &&
             FakeTrouble::register_stage(nullptr);
    }();
    EXPECT_TRUE(registered);
    using model::StageRole;
    add("source", "test-source", StageRole::source, {{"uri", model::ParamType::uri}});
    add("sink", "test-sink", StageRole::sink, {{"uri", model::ParamType::uri}});
    add("trouble", "test-trouble", StageRole::filter,
        {{"at", model::ParamType::integer}, {"hang-ms", model::ParamType::integer}});
    auto& trouble = own_[2];
    trouble.takes_audio = trouble.gives_audio = false;
    trouble.video = {model::Contract::Kind::pointwise, 0, 0, "", "", ""};
    trouble.handles_during = true;
  }
  const model::StageTraits* find(std::string_view name) const override {
    for (const auto& t : own_)
      if (t.name == name) return &t;
    return catalog_.find(name);
  }
  std::vector<const model::StageTraits*> stages() const override { return {}; }
  std::string why_not(std::string_view name) const override { return catalog_.why_not(name); }
  std::vector<std::string> foreign_names() const override { return {}; }

 private:
  void add(const char* name, const char* factory, model::StageRole role,
           const std::vector<std::pair<const char*, model::ParamType>>& params) {
    model::StageTraits t;
    t.name = name;
    t.title = t.summary = name;
    t.factory = factory;
    t.plugin = "org.reelwork.test";
    t.role = role;
    t.takes_video = t.takes_audio = role != model::StageRole::source;
    t.gives_video = t.gives_audio = role != model::StageRole::sink;
    if (role == model::StageRole::source) t.min_inputs = t.max_inputs = 0;
    t.allows_during = role == model::StageRole::filter;
    for (const auto& [param, type] : params) {
      model::ParamSchema schema;
      schema.name = param;
      schema.type = type;
      schema.required = type == model::ParamType::uri;
      t.params.push_back(schema);
    }
    own_.push_back(t);
  }
  catalog::Catalog catalog_;
  std::vector<model::StageTraits> own_;
};

/// Tests that read YAML.
class PipelineTest : public MediaTest {
 protected:
  static const TestStages& stages() {
    gst::init();
    static const TestStages instance;
    return instance;
  }

  std::optional<Prepared> try_prepare(const std::string& yaml) {
    diagnosed_ = {path("test.yaml"), yaml, {}};
    model::CheckOptions options;
    options.has_secret = [](const std::string&) { return true; };
    const auto pipeline = model::load_pipeline(diagnosed_.file, yaml, stages(), options, diagnosed_);
    return pipeline ? engine::prepare(*pipeline, diagnosed_) : std::nullopt;
  }
  Prepared prepare(const std::string& yaml) {
    auto prepared = try_prepare(yaml);
    if (!prepared) throw std::runtime_error("not prepared:\n" + faults());
    return *std::move(prepared);
  }
  std::string faults() const { return model::to_text(diagnosed_); }

  /// source, the given stages, sink to `out.mkv`.
  std::string yaml(const std::string& input, const std::string& middle, const std::string& output = "out.mkv") const {
    return "reel: 1\nstages:\n  - uses: source\n    with: { uri: " + input + " }\n" + middle +
           "  - uses: sink\n    with: { uri: " + path(output) + " }\n";
  }

  model::Diagnosed diagnosed_;
};

}  // namespace reel::engine
