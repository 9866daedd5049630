/// reel-sink: writes a media file.
#pragma once

#include <array>
#include <list>
#include <mutex>

#include "encoders.hpp"
#include "formats.hpp"
#include "reel/sdk.hpp"

namespace reel::local {

class Sink : public BinStage<Sink> {
 public:
  static constexpr StageInfo stage{
      .name = "reel-sink",
      .title = "Sink",
      .summary = "Encodes pictures and sound and writes them to a file, which appears when it is whole",
      .contract = "pointwise",
      .synonyms = "output,save,write,export,render,encode",
      .during = false};
  struct Params {
    Uri uri;
    Container container = Container::automatic;
    VideoCodec video_codec = VideoCodec::automatic;
    double quality = 75;
    unsigned video_bitrate = 0;
    Speed speed = Speed::medium;
    Time keyframe_interval = std::chrono::seconds(2);
    PixelFormat pixel_format = PixelFormat::automatic;
    AudioCodec audio_codec = AudioCodec::automatic;
    unsigned audio_bitrate = 160;
    bool faststart = true;
    bool overwrite = true;
    bool commit = true;
  };
  static constexpr auto params = reel::params(
      param("uri", &Params::uri, "The file to write: a path or a file:// URI").required().fixed(),
      param("container", &Params::container, "The kind of file").fixed(),
      param("video-codec", &Params::video_codec, "How pictures are encoded").fixed(),
      param("quality", &Params::quality,
            "How good pictures look, where no bit rate is set; 75 looks like the original (x264: CRF 20), 5 more is 2 "
            "CRF less")
          .range(0, 100)
          .fixed(),
      param("video-bitrate", &Params::video_bitrate, "Mean bit rate of the pictures; 0 goes by quality")
          .range(0, 1'000'000)
          .unit("kbit/s")
          .fixed(),
      param("speed", &Params::speed, "How much time to spend on making the file small").fixed(),
      param("keyframe-interval", &Params::keyframe_interval,
            "The longest time between two pictures that players can jump to")
          .range(0.001, 600)
          .fixed(),
      param("pixel-format", &Params::pixel_format, "How colours are stored").fixed(),
      param("audio-codec", &Params::audio_codec, "How sound is encoded").fixed(),
      param("audio-bitrate", &Params::audio_bitrate, "Bit rate of the sound, where its codec is lossy")
          .range(8, 512)
          .unit("kbit/s")
          .fixed(),
      param("faststart", &Params::faststart, "Whether an MP4 file can play before it is loaded whole").fixed(),
      param("overwrite", &Params::overwrite, "Whether a file that exists may be replaced").fixed(),
      param("commit", &Params::commit,
            "Whether the stage puts the finished file in place itself, or leaves that to the host")
          .fixed()
          .for_host());
  static constexpr std::array pads{PadInfo{"video_sink", GST_PAD_SINK, GST_PAD_REQUEST, "video/x-raw"},
                                   PadInfo{"audio_sink", GST_PAD_SINK, GST_PAD_REQUEST, "audio/x-raw"}};

  static bool register_stage(GstPlugin* plugin);

  void build(GstBin* bin);
  GstPad* request_pad(GstBin* bin, GstPadTemplate* made_from, const char* name);
  void prepare(GstBin* bin, const Params& params);
  void cleanup(GstBin* bin);

 private:
  /// What stands behind one input, as long as the stage is set up.
  struct Branch {
    GstPad* ghost = nullptr;  ///< the bin's
    bool video = false;
    Row row;
    GstPad* input = nullptr;  ///< the muxer's
  };

  void set_up(Branch& branch);
  void take_down(Branch& branch);
  void forget(GstPad* ghost);

  GstBin* bin_ = nullptr;        ///< owns us
  GstElement* muxer_ = nullptr;  ///< the bin's
  Params params_;
  Format format_;
  bool ready_ = false;  ///< between prepare() and cleanup()
  std::mutex mutex_;    ///< guards branches_: pads may come while data flow
  std::list<Branch> branches_;
};

}  // namespace reel::local
