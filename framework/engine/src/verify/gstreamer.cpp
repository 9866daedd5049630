#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include <chrono>
#include <map>
#include <mutex>
#include <string_view>

#include "files/local_file.hpp"
#include "graph/gst.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "verify/pictures.hpp"

namespace reel::engine::proof {
namespace {

/// A decoder that gives nothing for so long is stuck.
constexpr std::chrono::seconds patience{60};

std::string text_of(GstMessage* message) {
  GError* raw = nullptr;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
    gst_message_parse_error(message, &raw, nullptr);
  else
    gst_message_parse_warning(message, &raw, nullptr);
  const gst::Ptr<GError> error(raw);
  return base::printable(error->message);
}

bool is(GstCaps* caps, std::string_view prefix) {
  return gst_caps_get_size(caps) > 0 &&
         std::string_view(gst_structure_get_name(gst_caps_get_structure(caps, 0))).starts_with(prefix);
}

bool is_container(GstCaps* caps) {
  GList* const all = gst_element_factory_list_get_elements(GST_ELEMENT_FACTORY_TYPE_DEMUXER, GST_RANK_MARGINAL);
  GList* const able = gst_element_factory_list_filter(all, caps, GST_PAD_SINK, FALSE);
  const bool found = able != nullptr;
  gst_plugin_feature_list_free(able);
  gst_plugin_feature_list_free(all);
  return found;
}

class GstreamerReader : public PictureReader {
 public:
  GstreamerReader(const File& file, const ReaderOptions& options) : options_(options), wanted_(file.video_number) {
    gst::init();
    pipeline_ = gst::sunk(gst_pipeline_new(nullptr));
    GstElement* const source = gst_element_factory_make("uridecodebin", nullptr);
    sink_ = gst_element_factory_make("appsink", nullptr);
    if (source == nullptr || sink_ == nullptr)
      throw base::RunError("GStreamer's base plugins are missing", "apt install gstreamer1.0-plugins-base");
    gst_bin_add_many(GST_BIN(pipeline_.get()), source, sink_, nullptr);
    g_object_set(source, "uri", uri_of(file.uri).c_str(), "force-sw-decoders", TRUE, nullptr);
    g_object_set(sink_, "sync", FALSE, "max-buffers", 2U, nullptr);
    g_signal_connect(source, "autoplug-continue", G_CALLBACK(wants), this);
    g_signal_connect(source, "pad-added", G_CALLBACK(link), this);
    g_signal_connect(pipeline_.get(), "deep-element-added", G_CALLBACK(note_decoder), this);
    bus_.reset(gst_element_get_bus(pipeline_.get()));
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  }
  ~GstreamerReader() override {
    release();
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  }

  const Picture* next() override {
    release();
    const auto since = std::chrono::steady_clock::now();
    while (!failed_) {
      if (options_.stop != nullptr && *options_.stop) throw base::Interrupted("stopped before the end");
      sample_.reset(gst_app_sink_try_pull_sample(GST_APP_SINK(sink_), 100 * GST_MSECOND));
      hear_bus();
      if (sample_) return take();
      if (gst_app_sink_is_eos(GST_APP_SINK(sink_)) != FALSE) return nullptr;
      if (std::chrono::steady_clock::now() - since > patience) {
        messages_.insert("it stands still");
        return nullptr;
      }
    }
    return nullptr;
  }
  std::string decoder() const override {
    const std::lock_guard lock(mutex_);
    return decoder_;
  }
  std::set<std::string> messages() const override { return messages_; }

 private:
  /// Only what is looked at is decoded. Called by streaming threads, for a stream at each step of its way.
  static gboolean wants(GstElement*, GstPad* pad, GstCaps* caps, GstreamerReader* self) {
    if (is_container(caps)) return TRUE;
    const gst::TextPtr id(gst_pad_get_stream_id(pad));
    if (!(is(caps, "video/") || is(caps, "image/")) || !id) return FALSE;
    const std::lock_guard lock(self->mutex_);
    self->streams_.emplace(id.get(), self->streams_.size());
    return self->streams_[id.get()] == self->wanted_ ? TRUE : FALSE;
  }

  static void link(GstElement*, GstPad* pad, GstreamerReader* self) {
    const gst::CapsPtr caps(gst_pad_query_caps(pad, nullptr));
    const gst::PadPtr to(gst_element_get_static_pad(self->sink_, "sink"));
    if (is(caps.get(), "video/x-raw") && gst_pad_is_linked(to.get()) == FALSE) gst_pad_link(pad, to.get());
  }

  static void note_decoder(GstBin*, GstBin*, GstElement* element, GstreamerReader* self) {
    GstElementFactory* const factory = gst_element_get_factory(element);
    if (factory == nullptr || gst_element_factory_list_is_type(
                                  factory, GST_ELEMENT_FACTORY_TYPE_DECODER | GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO |
                                               GST_ELEMENT_FACTORY_TYPE_MEDIA_IMAGE) == FALSE)
      return;
    if (self->options_.one_thread &&
        g_object_class_find_property(G_OBJECT_GET_CLASS(element), "max-threads") != nullptr)
      g_object_set(element, "max-threads", 1, nullptr);
    const std::lock_guard lock(self->mutex_);
    self->decoder_ = GST_OBJECT_NAME(factory);
  }

  void hear_bus() {
    const auto types = static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    while (const gst::MessagePtr message{gst_bus_pop_filtered(bus_.get(), types)}) {
      messages_.insert(text_of(message.get()));
      failed_ = failed_ || GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR;
    }
  }

  void release() {
    if (mapped_) gst_video_frame_unmap(&frame_);
    mapped_ = false;
    sample_.reset();
  }

  const Picture* take() {
    GstVideoInfo info;
    GstBuffer* const buffer = gst_sample_get_buffer(sample_.get());
    if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED)) messages_.insert("a picture is damaged");
    picture_ = {};
    mapped_ = gst_video_info_from_caps(&info, gst_sample_get_caps(sample_.get())) != FALSE &&
              gst_video_frame_map(&frame_, &info, buffer, GST_MAP_READ) != FALSE;
    if (!mapped_) messages_.insert("a picture cannot be read");
    if (!mapped_) return &picture_;
    picture_.format = static_cast<int>(GST_VIDEO_FRAME_FORMAT(&frame_));
    picture_.width = GST_VIDEO_FRAME_WIDTH(&frame_);
    picture_.height = GST_VIDEO_FRAME_HEIGHT(&frame_);
    for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(&frame_); ++c) {
      Picture::Plane& plane = picture_.planes.at(static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_PLANE(&frame_, c)));
      const auto p = static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_PLANE(&frame_, c));
      plane.data = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame_, p));
      plane.stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame_, p);
      plane.width = static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_WIDTH(&frame_, c)) *
                    static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_PSTRIDE(&frame_, c));
      plane.height = static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_HEIGHT(&frame_, c));
    }
    return &picture_;
  }

  const ReaderOptions options_;
  const std::size_t wanted_;
  gst::ElementPtr pipeline_;
  GstElement* sink_ = nullptr;  ///< of the pipeline
  gst::BusPtr bus_;
  gst::Ptr<GstSample> sample_;
  GstVideoFrame frame_{};
  bool mapped_ = false, failed_ = false;
  Picture picture_;
  std::set<std::string> messages_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::map<std::string, std::size_t> streams_;
  std::string decoder_;
};

}  // namespace

std::unique_ptr<PictureReader> gstreamer_reader(const File& file, const ReaderOptions& options) {
  return std::make_unique<GstreamerReader>(file, options);
}

}  // namespace reel::engine::proof
