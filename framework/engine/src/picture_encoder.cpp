#include "picture_encoder.hpp"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <string_view>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {
namespace {

/// Fine enough that an untouched picture cannot be told from the original (x264's constant rate factor), at a speed that keeps
/// an edit quick.
constexpr int rate_factor = 12;
constexpr const char* speed = "faster";

constexpr std::uint8_t sei_user_data = 5;  // unregistered
constexpr unsigned highest_set = 31;       // of sequence parameter sets

/// Numbers of H.273, by x264's names.
constexpr std::array primaries{"undef",     "bt709", "undef",  "undef",    "bt470m",   "bt470bg", "smpte170m",
                               "smpte240m", "film",  "bt2020", "smpte428", "smpte431", "smpte432"};
constexpr std::array transfers{"undef",     "bt709",        "undef",     "undef",        "bt470m",
                               "bt470bg",   "smpte170m",    "smpte240m", "linear",       "log100",
                               "log316",    "iec61966-2-4", "bt1361e",   "iec61966-2-1", "bt2020-10",
                               "bt2020-12", "smpte2084",    "smpte428",  "arib-std-b67"};
constexpr std::array matrices{
    "GBR",       "bt709", "undef",    "undef",   "fcc",       "bt470bg",           "smpte170m",
    "smpte240m", "YCgCo", "bt2020nc", "bt2020c", "smpte2085", "chroma-derived-nc", "chroma-derived-c",
    "ICtCp"};

template <std::size_t N>
const char* named(const std::array<const char*, N>& names, int number) {
  return number >= 0 && static_cast<std::size_t>(number) < N ? names[static_cast<std::size_t>(number)] : "undef";
}

const char* raw_format(int format) {
  switch (format) {
    case AV_PIX_FMT_YUV420P:
    case AV_PIX_FMT_YUVJ420P:
      return "I420";
    case AV_PIX_FMT_YUV422P:
    case AV_PIX_FMT_YUVJ422P:
      return "Y42B";
    case AV_PIX_FMT_YUV444P:
    case AV_PIX_FMT_YUVJ444P:
      return "Y444";
    case AV_PIX_FMT_YUV420P10LE:
      return "I420_10LE";
    case AV_PIX_FMT_YUV422P10LE:
      return "I422_10LE";
    case AV_PIX_FMT_YUV444P10LE:
      return "Y444_10LE";
    default:
      return "";
  }
}

/// The profile that rendered pictures have: the file's, or the part of it that x264 makes.
const char* profile_name(int profile) {
  constexpr int constrained_baseline = 66 | 1 << 9;
  switch (profile) {
    case 66:
    case constrained_baseline:
      return "constrained-baseline";
    case 77:
      return "main";
    case 100:
      return "high";
    case 110:
      return "high-10";
    case 122:
      return "high-4:2:2";
    case 244:
      return "high-4:4:4";
    default:
      return "";
  }
}

std::optional<unsigned> free_number(const std::set<unsigned>& taken) {
  for (unsigned id = 1; id <= highest_set; ++id)
    if (!taken.contains(id)) return id;
  return std::nullopt;
}

std::string options(const AVCodecParameters& p, unsigned id, unsigned b_frames, int reorder) {
  std::string text = "sps-id=" + std::to_string(id) + ":stitchable=1:open-gop=0:psy=0";
  if (p.level > 0) text += ":level=" + std::to_string(p.level);
  text += std::string(":colorprim=") + named(primaries, p.color_primaries) +
          ":transfer=" + named(transfers, p.color_trc) +
          ":colormatrix=" + (p.color_space == AVCOL_SPC_UNSPECIFIED ? "undef" : named(matrices, p.color_space)) +
          ":fullrange=" + (p.color_range == AVCOL_RANGE_JPEG ? "on" : "off");
  if (p.chroma_location > AVCHROMA_LOC_UNSPECIFIED) text += ":chromaloc=" + std::to_string(p.chroma_location - 1);
  text += ":bframes=" + std::to_string(b_frames);
  if (reorder < 2) text += ":b-pyramid=none";
  return text;
}

}  // namespace

std::optional<PictureFormat> format_beside(const FileIndex& index, std::string& refusal) {
  const av::Input input = av::open(index.uri);
  const AVCodecParameters& p = *input->streams[index.stream]->codecpar;
  PictureFormat format{
      .raw = raw_format(p.format), .width = p.width, .height = p.height, .profile = profile_name(p.profile)};
  const auto id = free_number(index.sets);
  if (format.raw.empty()) refusal = "its pixel format is one that cannot be encoded again";
  if (format.profile.empty()) refusal = "its H.264 profile is one that cannot be encoded again";
  const h264::Configuration& c = index.configuration;
  if (!id || c.sequence_sets.size() >= h264::most_sequence_sets || c.picture_sets.size() >= h264::most_picture_sets)
    refusal = "all numbers of parameter sets are taken";
  if (!refusal.empty()) return std::nullopt;
  format.b_frames = index.reorder == 0 ? 0 : 3;
  format.length_size = index.configuration.length_size;
  format.encoder_options = options(p, *id, format.b_frames, index.reorder);
  return format;
}

struct PictureEncoder::State {
  PictureFormat format;
  Spool& spool;
  gst::ElementPtr pipeline, source, sink;
  gst::BusPtr bus;
  std::map<std::int64_t, std::size_t> pushed;  ///< place by time
  std::mutex mutex;                            ///< guards what follows: the encoder's thread writes it
  std::vector<EncodedPicture> encoded;
  h264::Buffer sequence_set, picture_set;
  std::string fault;

  void start(GstCaps* caps);
  void take(GstSample* sample);
  void read_header(GstSample* sample);
};

/// Pictures → their place in memory as the file's, turned as there → x264 → units with lengths.
void PictureEncoder::State::start(GstCaps* caps) {
  const char* const turned[] = {"", "videoflip video-direction=90l ! ", "videoflip video-direction=180 ! ",
                                "videoflip video-direction=90r ! "};
  const std::string text =
      std::string(
          "appsrc name=in format=time block=true max-buffers=4 max-bytes=0 ! queue max-size-buffers=4 max-size-bytes=0 "
          "max-size-time=0 ! ") +
      turned[format.rotation / 90 % 4] + "videoconvert ! video/x-raw,format=" + format.raw +
      ",width=" + std::to_string(format.width) + ",height=" + std::to_string(format.height) +
      " ! queue max-size-buffers=16 max-size-bytes=0 max-size-time=0 ! x264enc pass=qual quantizer=" +
      std::to_string(rate_factor) +
      " vbv-buf-capacity=0 "
      "byte-stream=false "
      "speed-preset=" +
      speed + " bframes=" + std::to_string(format.b_frames) + " option-string=\"" + format.encoder_options +
      "\" ! video/x-h264,stream-format=avc,alignment=au,profile=" + format.profile +
      " ! appsink name=out sync=false async=false max-buffers=0";
  GError* raw = nullptr;
  pipeline = gst::sunk(gst_parse_launch(text.c_str(), &raw));
  const gst::Ptr<GError> error(raw);
  if (!pipeline || error)
    throw base::RunError(
        "rendered pictures cannot be encoded: " + base::printable(error ? error->message : "no encoder"),
        "apt install gstreamer1.0-plugins-ugly");
  source.reset(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
  sink.reset(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  bus.reset(gst_element_get_bus(pipeline.get()));
  g_object_set(source.get(), "caps", caps, nullptr);
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = [](GstAppSink* s, gpointer self) {
    const gst::Ptr<GstSample> sample(gst_app_sink_pull_sample(s));
    if (!sample) return GST_FLOW_EOS;
    static_cast<State*>(self)->take(sample.get());
    return GST_FLOW_OK;
  };
  gst_app_sink_set_callbacks(GST_APP_SINK(sink.get()), &callbacks, this, nullptr);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
}

/// The encoder's own parameter sets, out of the header that it gives.
void PictureEncoder::State::read_header(GstSample* sample) {
  const GValue* const header =
      gst_structure_get_value(gst_caps_get_structure(gst_sample_get_caps(sample), 0), "codec_data");
  GstMapInfo map;
  if (header == nullptr || gst_buffer_map(gst_value_get_buffer(header), &map, GST_MAP_READ) == FALSE) return;
  if (const auto found = h264::read_configuration({map.data, map.size})) {
    sequence_set = found->sequence_sets.front();
    picture_set = found->picture_sets.front();
  }
  gst_buffer_unmap(gst_value_get_buffer(header), &map);
}

void PictureEncoder::State::take(GstSample* sample) {
  const std::lock_guard lock(mutex);
  if (sequence_set.empty()) read_header(sample);
  GstBuffer* const buffer = gst_sample_get_buffer(sample);
  const guint64 time =
      gst_segment_to_stream_time(gst_sample_get_segment(sample), GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  const auto place = pushed.find(static_cast<std::int64_t>(time));
  GstMapInfo map;
  if (place == pushed.end() || gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) {
    fault = "the encoder changed the time of a picture";
    return;
  }
  EncodedPicture picture{.picture = place->second, .key = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)};
  h264::Buffer bytes;
  const auto units = h264::units_of({map.data, map.size}, 4);
  if (!units) fault = "the encoder gave something that is no H.264";
  if (units)
    for (const h264::Bytes unit : *units) {
      const unsigned type = h264::type_of(unit);
      // Not what the encoder says of itself; captions stay.
      const bool about_itself = type == h264::sei && unit.size() > 1 && unit[1] == sei_user_data;
      if (type == h264::sequence_set || type == h264::picture_set || type == h264::delimiter || about_itself) continue;
      if (!h264::append_unit(bytes, unit, format.length_size)) fault = "a rendered picture is too large for the file";
    }
  gst_buffer_unmap(buffer, &map);
  try {
    picture.bytes = spool.add(bytes);
  } catch (const base::RunError& e) {
    fault = e.what();
  }
  encoded.push_back(picture);
}

PictureEncoder::PictureEncoder(PictureFormat format, Spool& spool)
    : state_(new State{.format = std::move(format), .spool = spool}) {}

PictureEncoder::~PictureEncoder() {
  if (state_->pipeline) gst_element_set_state(state_->pipeline.get(), GST_STATE_NULL);
}

bool PictureEncoder::push(GstSample* picture, base::Time time) {
  if (!state_->pipeline) state_->start(gst_sample_get_caps(picture));
  {
    const std::lock_guard lock(state_->mutex);
    state_->pushed.emplace(time.count(), state_->pushed.size());
  }
  gst::BufferPtr buffer(gst_buffer_copy(gst_sample_get_buffer(picture)));
  GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(time.count());
  GST_BUFFER_DTS(buffer.get()) = GST_CLOCK_TIME_NONE;
  return gst_app_src_push_buffer(GST_APP_SRC(state_->source.get()), buffer.release()) == GST_FLOW_OK;
}

std::vector<EncodedPicture> PictureEncoder::finish() {
  State& s = *state_;
  if (!s.pipeline) return {};
  gst_app_src_end_of_stream(GST_APP_SRC(s.source.get()));
  const gst::MessagePtr last(gst_bus_timed_pop_filtered(
      s.bus.get(), GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  if (GST_MESSAGE_TYPE(last.get()) == GST_MESSAGE_ERROR) {
    GError* raw = nullptr;
    gst_message_parse_error(last.get(), &raw, nullptr);
    const gst::Ptr<GError> error(raw);
    s.fault = base::printable(error->message);
  }
  const std::lock_guard lock(s.mutex);
  if (s.fault.empty() && s.encoded.size() != s.pushed.size()) s.fault = "the encoder lost a picture";
  if (!s.fault.empty()) throw base::RunError("rendered pictures cannot be encoded: " + s.fault);
  return std::move(s.encoded);
}

const h264::Buffer& PictureEncoder::sequence_set() const { return state_->sequence_set; }
const h264::Buffer& PictureEncoder::picture_set() const { return state_->picture_set; }

}  // namespace reel::engine
