/// The pictures of a transition.
#pragma once

#include <deque>
#include <reel/convert.hpp>

#include "junction.hpp"
#include "transition_kind.hpp"

namespace reel::timeline {

/// During the overlap each picture of the first input is mixed with the one that the second shows then; the
/// second's have the size and the format of the first's.
class PictureLane : public Lane {
 public:
  explicit PictureLane(Junction& junction) : Lane(junction) {}
  void reset(Inputs inputs, GstPad* source) override;
  void set_kind(TransitionKind kind, Color color) { kind_ = kind, color_ = color; }

  bool set_format(bool second, GstCaps* caps) override;
  GstFlowReturn first(BufferPtr buffer, Time begin) override;
  GstFlowReturn second(BufferPtr buffer, Time begin) override;

 private:
  struct Shown {
    BufferPtr buffer;
    Time begin{0};
  };

  GstFlowReturn cross(TimeRange overlap) override;
  GstFlowReturn drain() override;
  GstFlowReturn push_at(BufferPtr buffer, Time time);
  Time length(const GstBuffer* buffer) const;
  BufferPtr second_at(Time time);
  BufferPtr mixed(BufferPtr first, GstBuffer* second, double share);
  BufferPtr fitted(BufferPtr second);

  TransitionKind kind_ = TransitionKind::fade;
  Color color_;
  GstVideoInfo format_{}, second_format_{};
  std::deque<Shown> held_;     ///< [first's thread] pictures that may lie in the overlap
  std::deque<Shown> waiting_;  ///< of the second input
  Conversion conversion_{Conversion::Fit::inside};
};

}  // namespace reel::timeline
