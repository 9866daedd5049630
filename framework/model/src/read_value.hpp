/// Reads a node as the value of a parameter: scalars, ranges, regions and keyframes.
#pragma once

#include <optional>

#include "read_scalar.hpp"
#include "substitute.hpp"

namespace reel::model {

/// Nanoseconds, or the number of the frame: to compare points of one kind.
std::int64_t clock_count(const base::TimePoint& point);

/// Every function reports what is wrong and then returns nothing. A value that hangs on a parameter without a
/// value is std::monostate.
class ValueReader {
 public:
  ValueReader(Scope& scope, const CheckOptions& options, Report& report)
      : scope_(scope), options_(options), report_(report) {}

  /// Fills value, keyframes and secret of `setting`. False after a fault.
  bool read(const ParamSchema& schema, const Node& node, Setting& setting);

  std::optional<Value> scalar(const ParamSchema& schema, const Node& node);

 private:
  /// `subject` is how messages call it. Secrets are allowed where `secret` is given.
  std::optional<Value> read_text(const ParamSchema& schema, const Node& node, const std::string& subject,
                                 bool* secret = nullptr);
  std::optional<Value> value(const ParamSchema& schema, const Node& node);
  std::optional<Value> ranges(const ParamSchema& schema, const Node& node);
  std::optional<Value> region(const ParamSchema& schema, const Node& node);
  /// Below, `known` becomes false where a value is not known.
  bool unit(const Node& node, Region& region, bool& known);
  bool shape(const ParamSchema& schema, const Node& node, Region& region, bool& known);
  bool box(const ParamSchema& schema, const Node& node, Region& region, bool& known);
  bool box_size(const Node& node, const Region& region);
  bool polygon(const ParamSchema& schema, const Node& node, Region& region, bool& known);
  std::optional<double> coordinate(const ParamSchema& schema, const Node& node, const Region& region, bool& known);
  bool keyframes(const ParamSchema& schema, const Node& node, Setting& setting);
  std::optional<Keyframe> keyframe(const ParamSchema& schema, const Node& node);
  bool check_time(const Node& node, const Keyframe& before, const Keyframe& now);
  bool check_shape(const ParamSchema& schema, const Node& node, const Keyframe& before, const Keyframe& now);
  void wrong_kind(const ParamSchema& schema, const Node& node, const std::string& subject);

  Scope& scope_;
  const CheckOptions& options_;
  Report& report_;
};

}  // namespace reel::model
