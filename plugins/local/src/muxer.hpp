/// A private element that writes encoded streams into one file: what reel-sink ends in.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "formats.hpp"
#include "output_file.hpp"

namespace reel::local {

/// What the muxer is to do; complete before data flow.
struct MuxerSettings {
  std::unique_ptr<OutputFile> file;
  Format format;
  bool fast_start = true;
  bool commit = true;          ///< false: post `reel-artifact` instead of renaming
  GstElement* says = nullptr;  ///< the stage: has the tags and chapters that were set; contains the muxer
};

/// A new muxer, floating. It is a sink that does not preroll: it takes data while playing only, and posts EOS when the file
/// is whole. Each input pad has its own streaming thread.
GstElement* make_muxer();

void configure(GstElement* muxer, MuxerSettings settings);

/// Gives up what configure() gave: an unfinished file is removed.
void release(GstElement* muxer);

/// A new input. `samples` (sound) is how much went into the encoder, which tells where the sound ends; 0 means unknown. An
/// input that is `ignored` ends at once and is not written.
GstPad* add_input(GstElement* muxer, std::shared_ptr<std::atomic<std::int64_t>> samples, bool ignored);
void remove_input(GstElement* muxer, GstPad* pad);

}  // namespace reel::local
