/// reel-photoshop: the stage `photoshop` of pipelines.
#pragma once

#include <array>

#include "reel/sdk.hpp"

namespace reel::photoshop {

enum class Layout { layers, stack, sequence };

constexpr auto choices(Layout) {
  return std::array{choice(Layout::layers, "layers", "Each input is a layer; each time a document"),
                    choice(Layout::stack, "stack", "One document: each time is a group, or with one input a layer"),
                    choice(Layout::sequence, "sequence", "Each picture of each input is a document of its own")};
}

/// The value is what it says.
enum class Depth { eight = 8, sixteen = 16 };

constexpr auto choices(Depth) {
  return std::array{choice(Depth::eight, "8", "8 bits a channel"), choice(Depth::sixteen, "16", "16 bits a channel")};
}

/// Says what the stage takes. Reelwork never plays it: it finds the pictures itself and hands them to the exporter.
struct Photoshop : PadStage<Photoshop> {
  static constexpr StageInfo stage{
      .name = "reel-photoshop",
      .title = "Photoshop",
      .summary = "Writes pictures as layers of Photoshop documents",
      .contract = "pointwise",
      .synonyms = "psd,psb,export layers,layers,adobe",
      .during = false,
  };
  static constexpr std::array pads{PadInfo{"video_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, "video/x-raw"}};

  struct Params {
    Uri uri;
    Times at{{TimeRange{Time{0}, Time{0}}}};
    Layout layout = Layout::layers;
    Depth depth = Depth::eight;
    double ppi = 72;
    bool script = false;
  };
  static constexpr auto params = reel::params(
      param("uri", &Params::uri, "The document to write, .psd or .psb: a path or a URI").required().fixed(),
      param("at", &Params::at,
            "The pictures to write: times, and ranges A..B for all pictures in them. Default: the first picture")
          .fixed(),
      param("layout", &Params::layout, "How pictures become layers and documents").fixed(),
      param("depth", &Params::depth, "Bits a channel").fixed(),
      param("ppi", &Params::ppi, "Resolution, as printers see it").range(1, 30'000).unit("px/in").fixed(),
      param("script", &Params::script, "Whether to write a script as well that opens whole videos in Photoshop")
          .fixed());

  void start(GstElement*, const Params&) {
    throw Error("only Reelwork writes Photoshop documents: use the stage in a pipeline of `reel run`");
  }
  GstFlowReturn chain(GstElement*, GstPad*, GstBuffer* buffer, const Params&) {
    gst_buffer_unref(buffer);
    return GST_FLOW_ERROR;
  }
};

}  // namespace reel::photoshop
