/// Proof that an edit changed what it was to change, and nothing else.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reel/base/time.hpp"
#include "reel/planner/plan.hpp"

namespace reel::engine {

/// A stretch of the output's pictures.
struct VerifiedSpan {
  planner::Span::Kind kind = planner::Span::Kind::copy;
  base::TimeRange output;                 ///< on the output's clock
  std::optional<base::TimeRange> source;  ///< on the source's, where it is known what was here
  std::size_t packets = 0, same_packets = 0;
  std::uint64_t bytes = 0;  ///< of its packets
  std::size_t pictures = 0;
  std::size_t same_libav = 0, same_gstreamer = 0;  ///< pictures that are the source's, byte for byte
  /// How near rendered pictures are to the source's at the same place, in decibels of brightness; infinite where all are the
  /// same. For information: nobody promised anything.
  std::optional<double> psnr;
  std::string reason;
};

struct VerifiedSound {
  bool present = false;
  std::size_t packets = 0, same_packets = 0;
  base::Time worst_offset{0};  ///< how far sound that was copied is out of step with the pictures, at most
};

/// Something that is not as promised.
struct Difference {
  std::string check;  ///< `packets`, `pictures`, `times`, `sound`, `decoders`, `file`
  base::Time at{0};   ///< on the output's clock
  std::string what;   ///< in words
};

struct Verification {
  std::string source, output;
  bool planned = false;  ///< held against a plan; else it was found out what must have been copied
  std::vector<VerifiedSpan> spans;
  VerifiedSound sound;
  std::string libav_decoder, gstreamer_decoder;  ///< empty: nothing had to be decoded
  std::vector<Difference> differences;           ///< the first few of each kind, in order of time
  std::size_t difference_count = 0;              ///< all of them

  bool proven() const { return difference_count == 0; }
  std::string verdict() const;  ///< one line
  std::string to_text() const;  ///< a table, what was found, and last the verdict
  std::string to_json() const;
};

struct VerifyOptions {
  std::optional<planner::Plan> plan;
  std::function<void(double)> on_progress;  ///< 0..1, now and then, on the caller's thread
  const std::atomic<bool>* stop = nullptr;  ///< becomes true: base::Interrupted is thrown soon
};

/// Holds `output` against `source`: packets that were to stay are the same and in the same order, their pictures are the same in
/// two decoders, no decoder complains of more than it does of the source, times grow and are where they should be, sound is in
/// step. Both are files of this machine. Memory does not grow with the size of packets and pictures, and with their number by
/// some 100 bytes each. Throws base::InputError where a file cannot be read or the plan is of another source.
Verification verify(const std::string& source, const std::string& output, const VerifyOptions& options);

}  // namespace reel::engine
