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
             " after";
    case Contract::Kind::retime: {
      std::vector<std::string> by;
      for (const std::string& param : {contract.keep, contract.remove, contract.rate, contract.append})
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

}  // namespace reel::model
