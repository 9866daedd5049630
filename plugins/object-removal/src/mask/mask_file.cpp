#include "mask/mask_file.hpp"

#include <gst/app/gstappsink.h>

#include <cmath>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <reel/convert.hpp>

namespace reel::removal {
namespace {

/// The first error that the pipeline told of.
std::string fault_of(GstElement* pipeline) {
  GstBus* const bus = gst_element_get_bus(pipeline);
  GstMessage* const message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
  gst_object_unref(bus);
  if (message == nullptr) return {};
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  std::string text = error->message;
  g_error_free(error);
  gst_message_unref(message);
  return text;
}

/// Where nothing in the file is a picture, nothing would ever come.
void end_without_pictures(GstElement*, gpointer pipeline) {
  const ElementPtr pictures(gst_bin_get_by_name(GST_BIN(pipeline), "pictures"));
  GstPad* const pad = gst_element_get_static_pad(pictures.get(), "sink");
  if (gst_pad_is_linked(pad) == FALSE) gst_pad_send_event(pad, gst_event_new_eos());
  gst_object_unref(pad);
}

}  // namespace

void MaskFile::open() {
  close();
  GError* error = nullptr;
  pipeline_.reset(
      gst_parse_launch("filesrc name=file ! decodebin name=decoder ! videoconvert name=pictures ! "
                       "video/x-raw,format=GRAY8 ! appsink name=sink sync=false max-buffers=2",
                       &error));
  if (error != nullptr) {
    const std::string text = error->message;
    g_error_free(error);
    throw Error("the mask '" + path_ + "' cannot be read: " + text);
  }
  const ElementPtr file(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "file"));
  g_object_set(file.get(), "location", path_.c_str(), nullptr);
  sink_.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "sink"));
  const ElementPtr decoder(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "decoder"));
  g_signal_connect(decoder.get(), "no-more-pads", G_CALLBACK(end_without_pictures), pipeline_.get());
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  first_ = true;
  if (!read(now_)) throw Error("the mask '" + path_ + "' has no picture: give a picture or a video");
  has_next_ = read(next_);
  if (!has_next_ && cv::countNonZero(now_.mask) == 0)
    throw Error("the mask '" + path_ + "' is dark all over: paint white what is to be removed");
}

void MaskFile::close() {
  if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  sink_.reset();
  pipeline_.reset();
}

bool MaskFile::read(Shown& into) {
  std::unique_ptr<GstSample, decltype(&gst_sample_unref)> held(nullptr, gst_sample_unref);
  while (!held) {
    // A pipeline that fails need not end.
    if (const std::string fault = fault_of(pipeline_.get()); !fault.empty())
      throw Error("the mask '" + path_ + "' cannot be read: " + fault);
    if (gst_app_sink_is_eos(GST_APP_SINK(sink_.get())) != FALSE) return false;
    held.reset(gst_app_sink_try_pull_sample(GST_APP_SINK(sink_.get()), 100 * GST_MSECOND));
  }
  GstSample* const sample = held.get();
  GstVideoInfo info;
  gst_video_info_from_caps(&info, gst_sample_get_caps(sample));
  GstBuffer* const buffer = gst_sample_get_buffer(sample);
  into.begin = detail::stream_time(*gst_sample_get_segment(sample), GST_BUFFER_PTS(buffer));
  MappedFrame mapped(buffer, info, GST_MAP_READ);
  const VideoFrame frame(mapped.get(), into.begin);
  const auto plane = frame.component(0);
  const cv::Mat seen(plane.height(), plane.width(), CV_8U, plane.row_data(0),
                     static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&mapped.get(), 0)));
  // A mask that stays is the same one, so that what follows from it is worked out once.
  const cv::Mat fresh = seen > 127;
  const bool stays = fresh.size() == now_.mask.size() && cv::norm(fresh, now_.mask, cv::NORM_INF) == 0;
  into.mask = stays ? now_.mask : fresh;
  return true;
}

cv::Mat MaskFile::at(Time time, cv::Size size) {
  if (!pipeline_ || (time < now_.begin && !first_)) open();
  while (has_next_ && next_.begin <= time) {
    now_ = next_;
    first_ = false;
    has_next_ = read(next_);
  }
  const double shape = double(now_.mask.cols) * size.height / (double(now_.mask.rows) * size.width);
  if (std::abs(shape - 1) > 0.02)
    throw Error("the mask '" + path_ + "' has " + std::to_string(now_.mask.cols) + "x" +
                std::to_string(now_.mask.rows) + " pixels, the picture " + std::to_string(size.width) + "x" +
                std::to_string(size.height) + ": give a mask of the same shape");
  if (now_.mask.size() == size) return now_.mask;
  if (scaled_.size() != size || scaled_of_.data != now_.mask.data) {
    scaled_ = cv::Mat();
    cv::resize(now_.mask, scaled_, size, 0, 0, cv::INTER_NEAREST);
    scaled_of_ = now_.mask;
  }
  return scaled_;
}

}  // namespace reel::removal
