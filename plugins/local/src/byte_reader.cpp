#include "byte_reader.hpp"

#include <algorithm>

namespace reel::local {

ByteReader::ByteReader(const std::string& uri) {
  GstElement* const made = gst_element_make_from_uri(GST_URI_SRC, uri.c_str(), nullptr, nullptr);
  if (made == nullptr) return;
  source_.reset(GST_ELEMENT(gst_object_ref_sink(made)));
  if (gst_element_set_state(made, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE) return;
  pad_.reset(gst_element_get_static_pad(made, "src"));
  gint64 bytes = 0;
  if (!pad_ || gst_pad_activate_mode(pad_.get(), GST_PAD_MODE_PULL, TRUE) == FALSE) {
    pad_.reset();
    return;
  }
  if (gst_pad_query_duration(pad_.get(), GST_FORMAT_BYTES, &bytes) != FALSE && bytes > 0)
    size_ = static_cast<std::uint64_t>(bytes);
}

ByteReader::~ByteReader() {
  if (pad_) gst_pad_activate_mode(pad_.get(), GST_PAD_MODE_PULL, FALSE);
  if (source_) gst_element_set_state(source_.get(), GST_STATE_NULL);
}

std::size_t ByteReader::read(std::uint64_t offset, std::span<std::uint8_t> into) {
  if (!pad_ || offset >= size_) return 0;
  GstBuffer* got = nullptr;
  const auto wanted = static_cast<guint>(std::min<std::uint64_t>(into.size(), size_ - offset));
  if (gst_pad_get_range(pad_.get(), offset, wanted, &got) != GST_FLOW_OK) return 0;
  const BufferPtr buffer(got);
  return gst_buffer_extract(buffer.get(), 0, into.data(), wanted);
}

}  // namespace reel::local
