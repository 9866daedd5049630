/// Packets of several files, merged in order of decoding. Private to the engine.
#pragma once

#include <map>
#include <vector>

#include "files/av.hpp"

namespace reel::engine {

/// Up to where packets are wanted.
struct Limit {
  base::Time time = base::Time::max();  ///< of decoding
  std::int64_t place = -1;              ///< in the source; -1: of no meaning

  /// Whether a packet lies behind it: in the source, where both are of it and keep their order there, else in time.
  bool before(base::Time packet_time, std::int64_t packet_place) const {
    return place >= 0 && packet_place >= 0 ? place < packet_place : time < packet_time;
  }
};

/// Reads each file once, from its start to its end.
class PacketLine {
 public:
  /// `shift` is added to all times of the file.
  void add(av::Input file, base::Time shift);
  /// Streams are left out unless they are taken. `as` is the number that packets of it get.
  void take(std::size_t file, int stream, int as);

  /// The next packet, or null: there is none, or the next one lies behind `limit`. Valid until the next call. Only packets of the first
  /// file say where they were in it.
  AVPacket* next(const Limit& limit);
  /// Of the packet that next() gave.
  AVRational time_base() const { return time_base_; }

 private:
  struct File {
    av::Input input;
    base::Time shift{0};
    std::map<int, int> taken;
    av::Packet packet;  ///< read ahead
    bool ready = false, ended = false, started = false;
  };
  void read_ahead(File& file);
  static base::Time time_of(const File& file);

  std::vector<File> files_;
  File* given_ = nullptr;
  AVRational time_base_{0, 1};
};

}  // namespace reel::engine
