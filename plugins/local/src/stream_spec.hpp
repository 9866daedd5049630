/// From GStreamer's description of an encoded stream to libavformat's.
#pragma once

#include <gst/gst.h>

#include <optional>

#include "packet_writer.hpp"

namespace reel::local {

/// What `caps` of an encoder (or of raw sound) mean in a container. Throws Error for media that cannot be written.
StreamSpec spec_of(const GstCaps* caps);

/// Takes what the caps do not tell from the first packet.
void complete(StreamSpec& spec, const AVPacket& first);

/// A time scale in which each picture of a constant rate falls on a whole number, and others within microseconds.
AVRational time_base_for(AVRational frame_rate);

/// Samples per channel in a packet of sound; 0 where the codec does not tell.
std::int64_t samples_in(const AVCodecParameters& parameters, const std::uint8_t* data, std::size_t size);

}  // namespace reel::local
