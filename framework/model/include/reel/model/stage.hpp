/// What is known about a stage before any media play: plain data, filled by the catalogue from the
/// element itself, read by the checker, the planner, the prompt, the documentation and the forms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reel/model/value.hpp"

namespace reel::model {

struct Choice {
  std::string name;
  std::string description;
};

/// One parameter, declared once in the plugin as a GObject property.
struct ParamSchema {
  std::string name;
  ParamType type = ParamType::string;
  std::string description;
  std::string unit;  ///< `px`, `dB`, `%`, … or empty
  Value default_value;
  std::optional<double> minimum, maximum;  ///< of integers and numbers; of times in seconds
  std::vector<Choice> choices;             ///< of a choice
  std::optional<double> identity;          ///< the value at which the stage changes nothing
  bool required = false;
  bool animatable = false;  ///< takes keyframes
  bool live = false;        ///< may change while playing
};

/// How a stage's output depends on time (design, section 1), for one kind of media.
struct Contract {
  enum class Kind { untouched, pointwise, window, retime, whole };
  Kind kind = Kind::untouched;
  int before = 0, after = 0;  ///< window: frames
  /// retime: the names of the parameters that say how; at most one of the five groups.
  std::string keep, remove;  ///< range lists
  std::string rate;          ///< a number: 2 plays twice as fast
  std::string append;        ///< a time: the inputs play one after the other, and overlap so long
  std::string hold, length;  ///< times: what is shown at the one stays for the other, then all goes on from there
  std::string crossfade;     ///< of keep and remove, a time: so long both sides of a join sound together
  /// pointwise: a time: only so much at either end of `during`, or of the media, is changed; and a choice, `in` or `out` where it is
  /// but one end.
  std::string edges, sides;
  /// window: names of parameters, separated by commas; where one is set, the stage goes on through `during` with what it began at its
  /// beginning, and a part of that cannot be made without all before it.
  std::string from_begin;
  friend bool operator==(const Contract&, const Contract&) = default;
};
std::string to_text(const Contract& contract);

enum class StageRole { source, filter, join, sink };
std::string_view name(StageRole role);

struct StageTraits {
  std::string name;     ///< as in `uses:`; `blur`, `acme/negative`, `gst/videoflip`
  std::string factory;  ///< the GStreamer element: `reel-blur`, `acme-negative`, `videoflip`
  std::string plugin;   ///< id of the plugin, or empty for foreign elements
  std::string code;     ///< changes with the code behind it: two runs with the same are of the same code
  std::string title;
  std::string summary;
  std::vector<std::string> synonyms;  ///< words a person may say for it
  StageRole role = StageRole::filter;
  bool takes_video = false, takes_audio = false;  ///< has inputs of that kind
  bool gives_video = false, gives_audio = false;  ///< has outputs of that kind
  int min_inputs = 1, max_inputs = 1;             ///< stages that may stand in `from:`
  Contract video, audio;
  bool handles_during = false;  ///< is the identity outside `during` by itself
  bool allows_during = true;    ///< false where a part of the time makes no sense (cut, crop)
  std::vector<ParamSchema> params;

  const ParamSchema* param(std::string_view name) const;
};

/// Where the checker looks stages up; the catalogue is one.
class StageSource {
 public:
  virtual ~StageSource() = default;
  /// `name` as in `uses:`, our own also as `reel/NAME`. The pointer lives as long as the source.
  virtual const StageTraits* find(std::string_view name) const = 0;
  /// All stages of plugins (no foreign elements), sorted by name.
  virtual std::vector<const StageTraits*> stages() const = 0;
  /// Why a name that exists cannot be used (policy, refused plugin, broken element), or empty.
  virtual std::string why_not(std::string_view name) const = 0;
  /// Names of foreign elements, for "did you mean".
  virtual std::vector<std::string> foreign_names() const = 0;
};

/// The stage that a name which is none could have meant, or empty. Elements of GStreamer are many, so they come
/// in only where the author has none of ours in mind.
std::string nearest_stage(const std::string& name, const StageSource& source);

}  // namespace reel::model
