/// Encodes sound so that it fits between the packets of a file. Private to the engine.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "files/sound_index.hpp"

namespace reel::engine {

/// What an encoder takes and how its packets lie.
struct SoundFormat {
  int padding = 0;              ///< by how many samples packets begin before what they were made of
  std::size_t sample_size = 0;  ///< bytes of a sample of all channels
  std::string caps;             ///< GStreamer's: of what SoundEncoder::push() takes
};

/// Takes samples on one thread, a packet's worth at a time.
class SoundEncoder {
 public:
  /// What a packet holds, and where it begins, counted in samples from the first one pushed: below 0 at first, where the codec needs to
  /// settle.
  using Take = std::function<void(std::int64_t begin, std::span<const std::uint8_t> packet)>;

  /// Throws SpliceFault: what would come out cannot stand between the file's packets.
  SoundEncoder(const SoundFile& beside, Take take);
  ~SoundEncoder();
  SoundEncoder(const SoundEncoder&) = delete;
  SoundEncoder& operator=(const SoundEncoder&) = delete;

  /// As format() says, interleaved. Only the last push may hold less than a packet's worth. Throws base::RunError.
  void push(std::span<const std::uint8_t> samples);
  /// Gives what is left. Throws base::RunError.
  void finish();

  const SoundFormat& format() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reel::engine
