#include "reel/model/stage.hpp"

#include <algorithm>

#include "reel/base/text.hpp"

namespace reel::model {

std::string to_text(const Contract& contract) {
  switch (contract.kind) {
    case Contract::Kind::untouched:
      return "untouched";
    case Contract::Kind::pointwise:
      return "pointwise";
    case Contract::Kind::window:
      return "window of " + std::to_string(contract.before) + " frames before and " + std::to_string(contract.after) +
             " after" + (contract.from_begin.empty() ? "" : "; from the beginning on with " + contract.from_begin);
    case Contract::Kind::retime: {
      std::vector<std::string> by;
      for (const std::string& param :
           {contract.keep, contract.remove, contract.rate, contract.append, contract.hold, contract.length})
        if (!param.empty()) by.push_back(param);
      return by.empty() ? "retime" : "retime by " + base::join_words(by);
    }
    case Contract::Kind::whole:
      break;
  }
  return "whole";
}

std::string_view name(StageRole role) {
  switch (role) {
    case StageRole::source:
      return "source";
    case StageRole::filter:
      return "filter";
    case StageRole::join:
      return "join";
    case StageRole::sink:
      break;
  }
  return "sink";
}

const ParamSchema* StageTraits::param(std::string_view param_name) const {
  const auto found = std::find_if(params.begin(), params.end(), [&](const auto& p) { return p.name == param_name; });
  return found == params.end() ? nullptr : &*found;
}

std::string nearest_stage(const std::string& name, const StageSource& source) {
  constexpr std::string_view foreign_prefix = "gst/", own_prefix = "reel/";
  std::vector<std::string> known;
  for (const StageTraits* traits : source.stages()) known.push_back(traits->name);
  const bool own = name.starts_with(own_prefix);
  const std::string near = base::nearest(own ? name.substr(own_prefix.size()) : name, known);
  const bool foreign_owner = name.find('/') != std::string::npos && !name.starts_with(foreign_prefix);
  if (!near.empty() || foreign_owner) return near;
  std::vector<std::string> foreign;
  for (const std::string& element : source.foreign_names())
    foreign.push_back(element.starts_with(foreign_prefix) ? element.substr(foreign_prefix.size()) : element);
  const std::string element =
      base::nearest(name.starts_with(foreign_prefix) ? name.substr(foreign_prefix.size()) : name, foreign);
  return element.empty() ? "" : std::string(foreign_prefix) + element;
}

}  // namespace reel::model
