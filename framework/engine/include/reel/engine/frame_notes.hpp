/// What stages have to say of single frames.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "reel/base/time.hpp"

namespace reel::engine {

/// Figures of single frames, by the stage that found them out. They come from plugins, so they are bounded.
class FrameNotes {
 public:
  static constexpr std::size_t most_frames = 10'000, most_figures = 16, longest_name = 40;
  using Figures = std::map<std::string, double>;

  /// `time`: on the stage's own clock. The last figures of a frame count; those of too many frames are left out, and counted.
  void add(const std::string& stage, base::Time time, Figures figures);
  void add(const FrameNotes& others);
  /// Frames of a stage whose `confidence` is below a half.
  struct Doubt {
    std::string stage;
    std::size_t frames = 0, of = 0;
    base::Time worst{0};
  };
  std::vector<Doubt> doubts() const;
  bool empty() const { return stages_.empty(); }
  /// {"stage": [{"at_seconds": 1.2, "confidence": 0.9}, …], …}, in order of time; what is left out is said only if it is any.
  std::string to_json() const;
  /// Reads that back; nothing where it is none. Without what was left out.
  static FrameNotes from_json(const std::string& json);
  std::size_t left_out() const { return left_out_; }

 private:
  std::map<std::string, std::map<base::Time, Figures>> stages_;
  std::size_t frames_ = 0, left_out_ = 0;
};

}  // namespace reel::engine
