#include "encoders.hpp"

#include <gst/audio/audio.h>
#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <thread>

namespace reel::local {
namespace {

ElementPtr make(const char* factory) { return ElementPtr(GST_ELEMENT(gst_object_ref_sink(make_element(factory)))); }

ElementPtr make_encoder(const char* factory, const char* codec, const char* package) {
  GstElement* const element = gst_element_factory_make(factory, nullptr);
  if (element == nullptr)
    throw Error(std::string("cannot encode ") + codec + ": the GStreamer element '" + factory +
                "' is not installed; try: apt install " + package);
  return ElementPtr(GST_ELEMENT(gst_object_ref_sink(element)));
}

ElementPtr make_filter(const std::string& caps_text) {
  ElementPtr filter = make("capsfilter");
  const CapsPtr caps(gst_caps_from_string(caps_text.c_str()));
  g_object_set(filter.get(), "caps", caps.get(), nullptr);
  return filter;
}

template <class T>
void set(const ElementPtr& element, const char* property, T value) {
  g_object_set(element.get(), property, value, nullptr);
}
void set_text(const ElementPtr& element, const char* property, const std::string& value) {
  gst_util_set_object_arg(G_OBJECT(element.get()), property, value.c_str());
}

guint cores() { return std::max(1U, std::thread::hardware_concurrency()); }

const char* format_name(PixelFormat format) {
  switch (format) {
    case PixelFormat::yuv420:
      return "I420";
    case PixelFormat::yuv422:
      return "Y42B";
    case PixelFormat::yuv444:
      return "Y444";
    case PixelFormat::yuv420_10:
      return "I420_10LE";
    case PixelFormat::yuv422_10:
      return "I422_10LE";
    case PixelFormat::yuv444_10:
      return "Y444_10LE";
    case PixelFormat::automatic:
      break;
  }
  return "";
}

/// What `auto` allows, and what can be asked for.
struct Formats {
  const char* usual;
  std::vector<std::string_view> able;
};

Formats formats_of(VideoCodec codec) {
  switch (codec) {
    case VideoCodec::h264:
      return {"{ I420 }", {"I420", "Y42B", "Y444", "I420_10LE", "I422_10LE", "Y444_10LE"}};
    case VideoCodec::h265:
      return {"{ I420, I420_10LE }", {"I420", "Y42B", "Y444", "I420_10LE", "I422_10LE", "Y444_10LE"}};
    case VideoCodec::vp9:
      return {"{ I420, I420_10LE }", {"I420", "Y444", "I420_10LE", "I422_10LE", "Y444_10LE"}};
    case VideoCodec::av1:
      return {"{ I420 }", {"I420", "Y42B", "Y444"}};
    case VideoCodec::prores:
      return {"{ I422_10LE, Y444_10LE, A444_10LE }", {"I422_10LE", "Y444_10LE"}};
    case VideoCodec::png:
      return {"{ RGB, RGBA, GRAY8, GRAY16_BE }", {}};
    case VideoCodec::jpeg:
      return {"{ I420, Y42B, Y444, GRAY8 }", {"I420", "Y42B", "Y444"}};
    default:
      return {
          "{ I420, Y42B, Y444, I420_10LE, I422_10LE, Y444_10LE, I420_12LE, I422_12LE, Y444_12LE, A420, A420_10LE, "
          "A422_10LE, A444_10LE, "
          "GRAY8, GRAY16_LE, GBR_10LE, GBR_12LE, BGRA, BGRx }",
          {"I420", "Y42B", "Y444", "I420_10LE", "I422_10LE", "Y444_10LE"}};
  }
}

std::string raw_caps(const VideoSettings& s) {
  const Formats formats = formats_of(s.codec);
  if (s.pixel_format == PixelFormat::automatic) return std::string("video/x-raw, format = (string) ") + formats.usual;
  const std::string_view name = format_name(s.pixel_format);
  if (std::ranges::find(formats.able, name) != formats.able.end())
    return "video/x-raw, format = (string) " + std::string(name);
  std::string able;
  for (const auto& c : choices(PixelFormat{}))
    if (std::ranges::find(formats.able, std::string_view(format_name(c.value))) != formats.able.end())
      able += std::string(able.empty() ? "" : ", ") + c.name;
  throw Error("'pixel-format' is one that the codec cannot have; expected auto" + (able.empty() ? "" : ", " + able));
}

/// x264's constant rate factor for a quality: 75 → 20, 100 → 10, 0 → 50.
double rate_factor(double quality) { return 50 - 0.4 * quality; }

int rounded(double value, int lowest, int highest) {
  return std::clamp(static_cast<int>(std::lround(value)), lowest, highest);
}

Row h264(const VideoSettings& s) {
  Row row;
  row.push_back(make_encoder("x264enc", "H.264", "gstreamer1.0-plugins-ugly"));
  // The encoder caps the bit rate by a buffer even for constant quality; a capacity of 0 turns that off.
  set(row[0], "vbv-buf-capacity", 0U);
  set(row[0], "speed-preset", static_cast<int>(s.speed) + 1);
  if (s.bitrate > 0) {
    set_text(row[0], "pass", "cbr");  // without a buffer: the mean over the whole
    set(row[0], "bitrate", s.bitrate);
  } else {
    set_text(row[0], "pass", "qual");
    set(row[0], "quantizer", static_cast<guint>(rounded(rate_factor(s.quality), 1, 50)));
  }
  row.push_back(make_filter("video/x-h264, stream-format = (string) avc, alignment = (string) au"));
  return row;
}

Row h265(const VideoSettings& s) {
  Row row;
  row.push_back(make_encoder("x265enc", "H.265", "gstreamer1.0-plugins-bad"));
  set(row[0], "speed-preset", static_cast<int>(s.speed) + 1);
  set_text(row[0], "log-level", "none");
  if (s.bitrate > 0) {
    set(row[0], "bitrate", s.bitrate);
  } else {
    // Its own constant rate factor; what x264 calls 20 is about 23 here.
    set_text(row[0], "option-string", "crf=" + std::to_string(rounded(rate_factor(s.quality) + 3, 0, 51)));
  }
  row.push_back(make_encoder("h265parse", "H.265", "gstreamer1.0-plugins-bad"));
  row.push_back(make_filter("video/x-h265, stream-format = (string) hvc1, alignment = (string) au"));
  return row;
}

/// libvpx and libaom: how much slower than real time they may be, from 0 on.
int cpu_used(Speed speed) { return 8 - static_cast<int>(speed); }

Row vp9(const VideoSettings& s) {
  Row row;
  row.push_back(make_encoder("vp9enc", "VP9", "gstreamer1.0-plugins-good"));
  const bool hurry = s.speed <= Speed::veryfast;
  set(row[0], "deadline", static_cast<gint64>(hurry ? 1 : 1'000'000));
  set(row[0], "cpu-used", std::min(cpu_used(s.speed), hurry ? 8 : 5));
  set(row[0], "threads", static_cast<int>(std::min(cores(), 16U)));
  set(row[0], "row-mt", TRUE);
  set(row[0], "tile-columns", 2);
  set(row[0], "lag-in-frames", hurry ? 0 : 25);
  set_text(row[0], "keyframe-mode", "auto");
  if (s.bitrate > 0) {
    set_text(row[0], "end-usage", "vbr");
    set(row[0], "target-bitrate", static_cast<int>(s.bitrate * 1000));
  } else {
    // Constrained quality with a bit rate that never constrains.
    set_text(row[0], "end-usage", "cq");
    set(row[0], "cq-level", rounded(rate_factor(s.quality) * 1.3 + 4, 0, 63));
    set(row[0], "target-bitrate", 1'000'000'000);
  }
  return row;
}

Row av1(const VideoSettings& s) {
  Row row;
  row.push_back(make_encoder("av1enc", "AV1", "gstreamer1.0-plugins-bad"));
  set(row[0], "cpu-used", std::min(cpu_used(s.speed) + 2, 10));
  set(row[0], "threads", cores());
  set(row[0], "row-mt", TRUE);
  if (s.speed <= Speed::veryfast) set_text(row[0], "usage-profile", "realtime");
  set_text(row[0], "keyframe-mode", "auto");
  if (s.bitrate > 0) {
    set_text(row[0], "end-usage", "vbr");
    set(row[0], "target-bitrate", s.bitrate);
  } else {
    set_text(row[0], "end-usage", "q");
    set(row[0], "min-quantizer", static_cast<guint>(rounded(rate_factor(s.quality) * 1.4 + 2, 0, 63)));
    set(row[0], "max-quantizer", 63U);
  }
  return row;
}

Row prores(const VideoSettings& s) {
  Row row;
  row.push_back(make_encoder("avenc_prores_ks", "ProRes", "gstreamer1.0-libav"));
  set_text(row[0], "threads", "auto");
  // 4:4:4 pictures make their own profile; see on_format().
  set_text(row[0], "profile", s.quality < 35 ? "lt" : s.quality < 65 ? "standard" : "hq");
  return row;
}

Row ffv1(const VideoSettings&) {
  Row row;
  row.push_back(make_encoder("avenc_ffv1", "FFV1", "gstreamer1.0-libav"));
  set(row[0], "gop-size", 1);
  set_text(row[0], "threads", "auto");
  return row;
}

Row still(const VideoSettings& s) {
  Row row;
  if (s.codec == VideoCodec::png) {
    row.push_back(make_encoder("pngenc", "PNG", "gstreamer1.0-plugins-good"));
  } else {
    row.push_back(make_encoder("jpegenc", "JPEG", "gstreamer1.0-plugins-good"));
    set(row[0], "quality", rounded(s.quality * 0.2 + 77, 1, 100));
  }
  return row;
}

Row codec_row(const VideoSettings& s) {
  switch (s.codec) {
    case VideoCodec::h264:
      return h264(s);
    case VideoCodec::h265:
      return h265(s);
    case VideoCodec::vp9:
      return vp9(s);
    case VideoCodec::av1:
      return av1(s);
    case VideoCodec::prores:
      return prores(s);
    case VideoCodec::png:
    case VideoCodec::jpeg:
      return still(s);
    default:
      return ffv1(s);
  }
}

/// What can be set only once the format of the pictures is known. x264, x265 and libav take no property once they have
/// started, so every encoder is kept from starting until then.
struct FormatDependent {
  GstElement *crop, *encoder;  ///< live as long as the pad that this is attached to
  VideoCodec codec;
  Time keyframe_interval;

  /// Half of a chroma sample is no sample: H.264 and H.265 have no odd sizes there, so the last column or row goes.
  void make_even(const GstVideoInfo& info) const {
    const bool needed = codec == VideoCodec::h264 || codec == VideoCodec::h265 || codec == VideoCodec::prores;
    const auto odd = [](int size, guint subsampling) { return subsampling > 0 && size > 1 ? size % 2 : 0; };
    g_object_set(crop, "right", needed ? odd(info.width, GST_VIDEO_FORMAT_INFO_W_SUB(info.finfo, 1)) : 0, "bottom",
                 needed ? odd(info.height, GST_VIDEO_FORMAT_INFO_H_SUB(info.finfo, 1)) : 0, nullptr);
  }
  void set_keyframes(const GstVideoInfo& info) const {
    const double fps = info.fps_n > 0 ? static_cast<double>(info.fps_n) / info.fps_d : 30;
    const int frames =
        std::max(1, static_cast<int>(std::lround(to_seconds(keyframe_interval) * std::min(fps, 1000.0))));
    if (codec == VideoCodec::h264) g_object_set(encoder, "key-int-max", static_cast<guint>(frames), nullptr);
    if (codec == VideoCodec::h265) g_object_set(encoder, "key-int-max", frames, nullptr);
    if (codec == VideoCodec::vp9) g_object_set(encoder, "keyframe-max-dist", frames, nullptr);
    if (codec == VideoCodec::av1) g_object_set(encoder, "keyframe-max-dist", static_cast<guint>(frames), nullptr);
  }
  /// FFV1 cannot be cut in four wherever that would split a chroma sample; 0 leaves the number to the encoder, which has
  /// none for tiny pictures.
  void set_slices(const GstVideoInfo& info) const {
    const auto splits = [](int size, guint subsampling) { return subsampling > 0 && size % 4 == 3; };
    const bool four = !splits(info.width, GST_VIDEO_FORMAT_INFO_W_SUB(info.finfo, 1)) &&
                      !splits(info.height, GST_VIDEO_FORMAT_INFO_H_SUB(info.finfo, 1));
    g_object_set(encoder, "slices", std::min(info.width, info.height) < 4 ? 1 : four ? 4 : 0, nullptr);
  }
  void apply(GstCaps* caps) const {
    GstVideoInfo info;
    if (gst_video_info_from_caps(&info, caps) == FALSE) return;
    make_even(info);
    if (gst_element_is_locked_state(encoder) == FALSE) return;
    set_keyframes(info);
    if (codec == VideoCodec::ffv1) set_slices(info);
    if (codec == VideoCodec::h264) g_object_set(encoder, "interlaced", GST_VIDEO_INFO_IS_INTERLACED(&info), nullptr);
    if (codec == VideoCodec::prores && GST_VIDEO_FORMAT_INFO_W_SUB(info.finfo, 1) == 0)
      gst_util_set_object_arg(G_OBJECT(encoder), "profile", "4444");
    gst_element_set_locked_state(encoder, FALSE);
    gst_element_sync_state_with_parent(encoder);
  }
};

GstPadProbeReturn on_format(GstPad*, GstPadProbeInfo* info, gpointer user) {
  GstEvent* const event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  static_cast<FormatDependent*>(user)->apply(caps);
  return GST_PAD_PROBE_OK;
}

/// x265 refuses pictures whose rate varies. It is told an ordinary rate, which times do not depend on, and what comes out
/// of it is said to vary again.
using Varies = std::shared_ptr<std::atomic<bool>>;

void set_rate(GstPadProbeInfo* info, int n, int d) {
  GstEvent* const old = GST_PAD_PROBE_INFO_EVENT(info);
  GstCaps* caps = nullptr;
  gst_event_parse_caps(old, &caps);
  const CapsPtr changed(gst_caps_copy(caps));
  gst_caps_set_simple(changed.get(), "framerate", GST_TYPE_FRACTION, n, d, nullptr);
  GstEvent* const made = gst_event_new_caps(changed.get());
  gst_event_set_seqnum(made, gst_event_get_seqnum(old));
  gst_event_unref(old);
  GST_PAD_PROBE_INFO_DATA(info) = made;
}

GstPadProbeReturn invent_rate(GstPad*, GstPadProbeInfo* info, gpointer user) {
  if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(GST_PAD_PROBE_INFO_EVENT(info), &caps);
  int n = 0, d = 1;
  gst_structure_get_fraction(gst_caps_get_structure(caps, 0), "framerate", &n, &d);
  (*static_cast<Varies*>(user))->store(n == 0);
  if (n == 0) set_rate(info, 30, 1);
  return GST_PAD_PROBE_OK;
}

GstPadProbeReturn take_rate_back(GstPad*, GstPadProbeInfo* info, gpointer user) {
  const bool varies = (*static_cast<Varies*>(user))->load();
  if (varies && GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_CAPS) set_rate(info, 0, 1);
  return GST_PAD_PROBE_OK;
}

/// Adds a probe that owns `data`.
template <class T>
void add_probe(const ElementPtr& element, const char* pad_name, GstPadProbeType type, GstPadProbeCallback probe,
               T data) {
  const PadPtr pad(gst_element_get_static_pad(element.get(), pad_name));
  gst_pad_add_probe(pad.get(), type, probe, new T(std::move(data)), [](gpointer p) { delete static_cast<T*>(p); });
}

GstPadProbeReturn count_samples(GstPad* pad, GstPadProbeInfo* info, gpointer user) {
  const CapsPtr caps(gst_pad_get_current_caps(pad));
  GstAudioInfo format;
  if (caps && gst_audio_info_from_caps(&format, caps.get()) != FALSE)
    static_cast<std::shared_ptr<std::atomic<std::int64_t>>*>(user)->get()->fetch_add(
        static_cast<std::int64_t>(gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info))) / format.bpf);
  return GST_PAD_PROBE_OK;
}

void append(Row& row, Row tail) {
  for (ElementPtr& e : tail) row.push_back(std::move(e));
}

Row codec_row(const AudioSettings& s) {
  Row row;
  const guint bits = s.bitrate * 1000;
  switch (s.codec) {
    case AudioCodec::aac:
      row.push_back(make_encoder("avenc_aac", "AAC", "gstreamer1.0-libav"));
      set(row[0], "bitrate", static_cast<gint64>(bits));
      break;
    case AudioCodec::opus:
      row.push_back(make_encoder("opusenc", "Opus", "gstreamer1.0-plugins-base"));
      set(row[0], "bitrate", static_cast<int>(std::clamp(bits, 4000U, 650000U)));
      break;
    case AudioCodec::flac:
      row.push_back(make_encoder("flacenc", "FLAC", "gstreamer1.0-plugins-good"));
      break;
    case AudioCodec::mp3:
      row.push_back(make_encoder("lamemp3enc", "MP3", "gstreamer1.0-plugins-good"));
      set_text(row[0], "target", "bitrate");
      set(row[0], "bitrate", static_cast<int>(std::clamp(s.bitrate, 8U, 320U)));
      break;
    default:
      break;
  }
  return row;
}

/// Uncompressed and lossless sound keep 16 bit as they are; all else goes to 24.
const char* sound_caps(AudioCodec codec) {
  return codec == AudioCodec::pcm || codec == AudioCodec::flac
             ? "audio/x-raw, format = (string) { S16LE, S24LE }, layout = (string) interleaved"
             : "audio/x-raw";
}

}  // namespace

Row make_video_row(const VideoSettings& s) {
  Row row;
  row.push_back(make("queue"));
  g_object_set(row[0].get(), "max-size-buffers", 16U, "max-size-bytes", 0U, "max-size-time", G_GUINT64_CONSTANT(0),
               nullptr);
  row.push_back(make("videoconvert"));
  set(row.back(), "n-threads", std::min(cores(), 4U));
  row.push_back(make_filter(raw_caps(s)));
  row.push_back(make("videocrop"));
  GstElement* const crop = row.back().get();
  const ElementPtr& last = row.back();
  Row codec = codec_row(s);
  add_probe(last, "sink", GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_format,
            FormatDependent{crop, codec[0].get(), s.codec, s.keyframe_interval});
  gst_element_set_locked_state(codec[0].get(), TRUE);
  if (s.codec == VideoCodec::h265) {
    const auto varies = std::make_shared<std::atomic<bool>>(false);
    add_probe(codec[0], "sink", GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, invent_rate, varies);
    add_probe(codec.back(), "src", GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, take_rate_back, varies);
  }
  append(row, std::move(codec));
  return row;
}

Row make_audio_row(const AudioSettings& s, std::shared_ptr<std::atomic<std::int64_t>> samples) {
  Row row;
  row.push_back(make("queue"));
  g_object_set(row[0].get(), "max-size-buffers", 0U, "max-size-bytes", 0U, "max-size-time", 4 * GST_SECOND, nullptr);
  row.push_back(make("audioconvert"));
  row.push_back(make("audioresample"));
  // Sound becomes one unbroken row of samples: a hole would put all that follows out of step with the picture.
  row.push_back(make("audiorate"));
  set(row.back(), "skip-to-first", TRUE);
  row.push_back(make_filter(sound_caps(s.codec)));
  Row codec = codec_row(s);
  if (!codec.empty()) add_probe(codec[0], "sink", GST_PAD_PROBE_TYPE_BUFFER, count_samples, std::move(samples));
  append(row, std::move(codec));
  return row;
}

}  // namespace reel::local
