/// A media file decoded for nobody but us. Private to the engine.
#pragma once

#include <gst/app/gstappsink.h>

#include <chrono>
#include <optional>
#include <string>

#include "graph/gst.hpp"
#include "reel/base/time.hpp"

namespace reel::engine {

/// `reel-source` and, behind it, an appsink. For one thread.
class AssetReader {
 public:
  /// `output` is `video` or `audio`; `elements` stand between, as gst-launch writes them. Throws base::RunError.
  AssetReader(const std::string& file, const std::string& output, const std::string& elements);
  ~AssetReader();
  AssetReader(const AssetReader&) = delete;
  AssetReader& operator=(const AssetReader&) = delete;

  /// Stands at the beginning. False: nothing can be decoded.
  bool pause();
  void play();
  /// The picture at a time, or of the keyframe nearest to it; null: there is none. After pause().
  gst::Ptr<GstSample> picture_at(base::Time at, bool exactly);
  /// The next samples, after play(); null at the end, or at a fault.
  gst::Ptr<GstSample> next();

 private:
  gst::ElementPtr pipeline_, sink_;
};

}  // namespace reel::engine
