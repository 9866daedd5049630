/// What files are called, inside and outside.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "reel/catalog/catalog.hpp"
#include "reel/model/pipeline.hpp"

namespace reel::runner {

/// Pipelines name their inputs (`video:12`) and give their results plain file names; where those lie is nobody's business. So names
/// become paths on the way in, and paths become names in every text on the way out.
class Names {
 public:
  struct Files {
    std::map<std::string, std::filesystem::path> inputs;  ///< by name
    std::filesystem::path output_folder;
    bool network = true;  ///< whether other schemes may be used, as far as the policy allows them
  };
  Names(Files files, catalog::Policy policy);

  /// For model::CheckOptions. Throws base::InputError: it names a file that is no input, a scheme that is not allowed, or is no
  /// plain file name where a sink writes.
  std::string resolve(const model::StageTraits& stage, const model::ParamSchema& param, const std::string& text) const;

  /// The text with names instead of paths.
  std::string shown(std::string text) const;

 private:
  std::string resolve_input(const std::string& text) const;

  Files files_;
  catalog::Policy policy_;
  std::vector<std::pair<std::string, std::string>> paths_;  ///< with their names, the longest first
};

}  // namespace reel::runner
