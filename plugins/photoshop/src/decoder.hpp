/// reel-psddec: Photoshop documents as pictures.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "reel/sdk.hpp"

namespace reel::photoshop {

/// Takes a whole document and gives its merged image, once. It ranks as a decoder does, so `uridecodebin` finds it.
struct Decoder : PadStage<Decoder> {
  static constexpr StageInfo stage{.name = "reel-psddec",
                                   .title = "Photoshop decoder",
                                   .summary = "Reads the merged image of PSD and PSB documents",
                                   .contract = "whole",
                                   .during = false};
  static constexpr std::array pads{
      PadInfo{"sink", GST_PAD_SINK, GST_PAD_ALWAYS, "image/vnd.adobe.photoshop"},
      PadInfo{"src", GST_PAD_SRC, GST_PAD_ALWAYS, "video/x-raw, format = (string) { RGBA, ARGB64 }"}};

  static bool register_stage(GstPlugin* plugin);

  GstFlowReturn chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const NoParams&);
  bool event(GstElement* e, GstPad* pad, GstEvent* event, const NoParams&);
  bool query(GstElement* e, GstPad* pad, GstQuery* query, const NoParams&);
  void stop(GstElement*) { document_.clear(); }

 private:
  void push_picture(GstPad* src);

  std::vector<std::uint8_t> document_;
};

}  // namespace reel::photoshop
