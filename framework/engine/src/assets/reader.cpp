#include "assets/reader.hpp"

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {
namespace {

/// For one picture or one block of sound. A stream that needs longer is as good as damaged.
constexpr GstClockTime patience = 20 * GST_SECOND;

}  // namespace

AssetReader::AssetReader(const std::string& file, const std::string& output, const std::string& elements) {
  gst::init();
  const std::string other = output == "video" ? "audio" : "video";
  const std::string text = "reel-source name=in " + other + "=false in." + output + "_src ! " + elements +
                           " ! appsink name=out sync=false max-buffers=4";
  GError* raw = nullptr;
  pipeline_ = gst::sunk(gst_parse_launch(text.c_str(), &raw));
  const gst::Ptr<GError> error(raw);
  if (!pipeline_ || error)
    throw base::RunError("elements for looking into media are missing" +
                             (error ? ": " + base::printable(error->message) : std::string()),
                         "run `reel doctor`");
  const gst::ElementPtr source(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "in"));
  sink_.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "out"));
  g_object_set(source.get(), "uri", file.c_str(), nullptr);
}

AssetReader::~AssetReader() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

bool AssetReader::pause() {
  gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
  const gst::Ptr<GstSample> first(gst_app_sink_try_pull_preroll(GST_APP_SINK(sink_.get()), patience));
  return first != nullptr;
}

void AssetReader::play() { gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING); }

gst::Ptr<GstSample> AssetReader::picture_at(base::Time at, bool exactly) {
  const auto flags = static_cast<GstSeekFlags>(
      GST_SEEK_FLAG_FLUSH | (exactly ? GST_SEEK_FLAG_ACCURATE : GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE));
  if (gst_element_seek_simple(pipeline_.get(), GST_FORMAT_TIME, flags, at.count()) == FALSE) return nullptr;
  return gst::Ptr<GstSample>(gst_app_sink_try_pull_preroll(GST_APP_SINK(sink_.get()), patience));
}

gst::Ptr<GstSample> AssetReader::next() {
  return gst::Ptr<GstSample>(gst_app_sink_try_pull_sample(GST_APP_SINK(sink_.get()), patience));
}

}  // namespace reel::engine
