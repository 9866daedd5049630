/// reel-source: reads media.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "reel/sdk.hpp"

namespace reel::local {

class Source : public BinStage<Source> {
 public:
  static constexpr StageInfo stage{
      .name = "reel-source",
      .title = "Source",
      .summary = "Reads a media file: any that GStreamer can decode, pictures upright, time from 0",
      .contract = "pointwise",
      .synonyms = "input,open,load,read,file,clip",
      .during = false};
  struct Params {
    Uri uri;
    bool video = true;
    bool audio = true;
    Time duration = std::chrono::seconds(5);
    double fps = 25;
  };
  static constexpr auto params = reel::params(
      param("uri", &Params::uri, "The file to read: a path or a URI").required().fixed(),
      param("video", &Params::video, "Whether to decode the picture").fixed(),
      param("audio", &Params::audio, "Whether to decode the sound").fixed(),
      param("duration", &Params::duration, "How long a still image is shown; media that move have their own length")
          .range(0.001, 86400)
          .fixed(),
      param("fps", &Params::fps, "How many pictures a second a still image becomes").range(0.1, 1000).fixed());
  static constexpr std::array pads{PadInfo{"video_src", GST_PAD_SRC, GST_PAD_SOMETIMES, "video/x-raw"},
                                   PadInfo{"audio_src", GST_PAD_SRC, GST_PAD_SOMETIMES, "audio/x-raw"}};

  void prepare(GstBin* bin, const Params& params);
  bool message(GstBin* bin, GstMessage* message);
  void cleanup(GstBin* bin);

 private:
  struct Handlers;  ///< what uridecodebin calls
  /// The stream of a kind that is read. Demuxers show one after the other: a later one that the container prefers replaces it.
  struct Choice {
    std::string id;  ///< empty until one is chosen
    int rank = 0;
  };
  static constexpr int surest = 4;  ///< said by the container as a whole

  bool wants(GstPad* pad, GstCaps* caps);
  bool superseded(GstPad* decoded, const Choice& choice);
  void add(GstPad* decoded);
  Time origin();
  void attach(GstPad* decoded, GstPad* ghost);
  void finish();
  void add_row(std::vector<ElementPtr> row, GstPad* decoded, GstPad* ghost);
  std::vector<ElementPtr> picture_row(GstPad* decoded);
  std::string fault_text(const GError& error) const;

  GstBin* bin_ = nullptr;  ///< owns us
  Params params_;
  GstElement* decoder_ = nullptr;  ///< the bin's
  std::mutex mutex_;               ///< guards what follows
  std::string root_;               ///< the media type of the file itself: `image/png`
  std::optional<Time> origin_;     ///< once it was looked for
  Choice chosen_video_, chosen_audio_;
  bool has_video_ = false, has_audio_ = false;
  std::string missing_;  ///< what no decoder was found for
  std::atomic<bool> failed_ = false;
};

}  // namespace reel::local
