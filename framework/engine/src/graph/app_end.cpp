#include "graph/app_end.hpp"

#include <mutex>
#include <utility>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {

struct AppEnd::Gate {
  std::mutex mutex;
  Take take;  ///< guarded by `mutex`; empty once nothing is taken any more

  static GstFlowReturn pass(GstAppSink* sink, gpointer gate) {
    Gate& self = **static_cast<std::shared_ptr<Gate>*>(gate);
    const std::lock_guard lock(self.mutex);
    return self.take ? self.take(sink) : GST_FLOW_EOS;
  }
};

AppEnd::AppEnd(const std::string& elements, unsigned waiting, Take take) : gate_(std::make_shared<Gate>()) {
  gate_->take = std::move(take);
  const std::string text = elements + " ! appsink name=out sync=false max-buffers=" + std::to_string(waiting);
  GError* raw = nullptr;
  bin_ = gst::sunk(gst_parse_bin_from_description(text.c_str(), TRUE, &raw));
  const gst::Ptr<GError> error(raw);
  if (!bin_ || error)
    throw base::RunError(
        std::string("GStreamer's base plugins are missing") + (error ? ": " + base::printable(error->message) : ""),
        "apt install gstreamer1.0-plugins-base");
  sink_.reset(gst_bin_get_by_name(GST_BIN(bin_.get()), "out"));
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = Gate::pass;
  gst_app_sink_set_callbacks(GST_APP_SINK(sink_.get()), &callbacks, new std::shared_ptr<Gate>(gate_),
                             [](gpointer gate) { delete static_cast<std::shared_ptr<Gate>*>(gate); });
}

AppEnd::~AppEnd() {
  const std::lock_guard lock(gate_->mutex);
  gate_->take = nullptr;
}

}  // namespace reel::engine
