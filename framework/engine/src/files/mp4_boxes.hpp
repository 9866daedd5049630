/// The parts of an MP4 or MOV file (ISO 14496-12, 4.2). Private to the engine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "files/file_io.hpp"

namespace reel::engine::av {

struct Mp4Box {
  std::string type;
  std::uint64_t begin = 0, end = 0;  ///< of what is in it
};

/// Calls `f` for each box between the two places, as far as sizes make sense and `f` wants more. Returns why they do not (`is damaged`, `is cut short: …`), or
/// nothing.
std::string for_each_box(AVIOContext* io, std::uint64_t at, std::uint64_t end,
                         const std::function<bool(const Mp4Box&)>& f);

/// What an MP4 or MOV lacks whose recording or copying was broken off (`is cut short: …`); else empty, also for other kinds of files.
std::string mp4_fault(AVIOContext* io);
std::string mp4_fault(const std::string& uri);

/// How many descriptions of samples its track with most of them has.
std::size_t most_sample_entries(const std::string& uri);

}  // namespace reel::engine::av
