/// Whether GStreamer's demuxer sees the same packets at the same times as the index of a file. Private to the engine.
#pragma once

#include <memory>

#include "graph/gst.hpp"
#include "reel/model/media.hpp"

namespace reel::engine {

/// Demuxers are not always exact after a seek (1.22's for MP4 gives the first fragment of a fragmented file the times of
/// display as those of decoding): what is rendered then would be other pictures than those that were planned.
class PacketWatch {
 public:
  /// Watches packets of pictures on their way into their parser, from the first one on; so the pipeline has not been started yet.
  /// `source`: the stage that plays the file. `entry`: the packet with which decoding has to begin.
  PacketWatch(GstElement* pipeline, std::size_t source, const model::MediaIndex& index, std::size_t entry);
  ~PacketWatch();
  PacketWatch(const PacketWatch&) = delete;
  PacketWatch& operator=(const PacketWatch&) = delete;

  /// A packet came at a time at which the file has another one, or none; or `entry` did not come after the last seek. Never where
  /// there is no parser, or where the first packet already is a different one: containers may part the stream differently.
  bool strayed() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< a graph that hangs may outlive this
  gst::ElementPtr pipeline_;
  gulong handler_ = 0;
};

}  // namespace reel::engine
