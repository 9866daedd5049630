#include "decoder.hpp"

#include <gst/video/video.h>

#include <cstring>
#include <utility>

#include "psd_reader.hpp"

namespace reel::photoshop {

namespace {

constexpr std::size_t largest_document = std::size_t{4} << 30;

/// GStreamer knows PSD, and not PSB.
void find_large_document(GstTypeFind* find, gpointer) {
  const guint8* const head = gst_type_find_peek(find, 0, 6);
  if (head != nullptr && std::memcmp(head, "8BPS\0\2", 6) == 0)
    gst_type_find_suggest_empty_simple(find, GST_TYPE_FIND_MAXIMUM, "image/vnd.adobe.photoshop");
}

GstVideoInfo format_of(const PsdReader& document) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, document.deep() ? GST_VIDEO_FORMAT_ARGB64 : GST_VIDEO_FORMAT_RGBA, document.width(),
                            document.height());
  info.fps_n = 0, info.fps_d = 1;
  return info;
}

BufferPtr read_picture(PsdReader& document, const GstVideoInfo& info) {
  BufferPtr buffer(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr));
  const MappedBuffer mapped(buffer.get(), GST_MAP_WRITE);
  if (mapped.data() == nullptr) throw Error("there is no memory for the picture");
  std::vector<std::uint16_t> row(std::size_t{document.width()} * 4);
  for (std::uint32_t y = 0; y < document.height(); ++y) {
    document.row(y, row);
    guint8* const line =
        mapped.data() + std::size_t{y} * static_cast<std::size_t>(GST_VIDEO_INFO_PLANE_STRIDE(&info, 0));
    for (std::size_t i = 0; i < row.size(); ++i)
      if (document.deep())  // alpha comes first there
        reinterpret_cast<std::uint16_t*>(line)[i % 4 == 3 ? i - 3 : i + 1] = row[i];
      else
        line[i] = static_cast<guint8>((row[i] + 128) / 257);
  }
  GST_BUFFER_PTS(buffer.get()) = 0;
  return buffer;
}

}  // namespace

bool Decoder::register_stage(GstPlugin* plugin) {
  const GType type = detail::PadStageClass<Decoder>::type();
  gpointer const made = g_type_class_ref(type);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(made), stage.title, "Codec/Decoder/Image", stage.summary,
                                        "Reelwork SDK");
  g_type_class_unref(made);
  const CapsPtr caps(gst_caps_from_string("image/vnd.adobe.photoshop"));
  return gst_element_register(plugin, stage.name, GST_RANK_PRIMARY, type) != FALSE &&
         gst_type_find_register(plugin, "reel-psb", GST_RANK_PRIMARY, find_large_document, "psb", caps.get(), nullptr,
                                nullptr) != FALSE;
}

GstFlowReturn Decoder::chain(GstElement*, GstPad*, GstBuffer* buffer, const NoParams&) {
  const BufferPtr owned(buffer);
  const MappedBuffer mapped(buffer, GST_MAP_READ);
  if (mapped.data() == nullptr) throw Error("a part of the document cannot be read");
  if (mapped.size() > largest_document - document_.size()) throw Error("the document is larger than 4 GiB");
  document_.insert(document_.end(), mapped.data(), mapped.data() + mapped.size());
  return GST_FLOW_OK;
}

void Decoder::push_picture(GstPad* src) {
  const std::vector<std::uint8_t> bytes = std::exchange(document_, {});
  PsdReader document(bytes);
  const GstVideoInfo info = format_of(document);
  BufferPtr picture = read_picture(document, info);
  const CapsPtr caps(gst_video_info_to_caps(&info));
  gst_pad_push_event(src, gst_event_new_caps(caps.get()));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_pad_push_event(src, gst_event_new_segment(&segment));
  gst_pad_push(src, picture.release());
}

bool Decoder::event(GstElement* e, GstPad* pad, GstEvent* event, const NoParams&) {
  EventPtr owned(event);
  if (GST_PAD_IS_SRC(pad)) return gst_pad_event_default(pad, GST_OBJECT(e), owned.release()) != FALSE;
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS:
    case GST_EVENT_SEGMENT:
      return true;  // of bytes; the picture brings its own
    case GST_EVENT_FLUSH_STOP:
      document_.clear();
      break;
    case GST_EVENT_EOS: {
      const PadPtr src(gst_element_get_static_pad(e, "src"));
      if (!document_.empty()) push_picture(src.get());
      break;
    }
    default:
      break;
  }
  return gst_pad_event_default(pad, GST_OBJECT(e), owned.release()) != FALSE;
}

/// Both sides have formats of their own, unlike those of other stages.
bool Decoder::query(GstElement* e, GstPad* pad, GstQuery* query, const NoParams&) {
  if (GST_QUERY_TYPE(query) == GST_QUERY_CAPS || GST_QUERY_TYPE(query) == GST_QUERY_ACCEPT_CAPS)
    GST_PAD_UNSET_PROXY_CAPS(pad);
  return gst_pad_query_default(pad, GST_OBJECT(e), query) != FALSE;
}

}  // namespace reel::photoshop
