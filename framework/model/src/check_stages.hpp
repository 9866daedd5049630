/// The stages of a pipeline: each for itself, then how they are linked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "read_value.hpp"

namespace reel::model {

/// An item of `stages:` while it is being checked.
struct DraftStage {
  struct Reference {
    std::string id;
    Mark mark;
  };
  Stage stage;
  const StageTraits* traits = nullptr;  ///< null if the stage is not known
  bool has_id = false;                  ///< given by the author
  bool id_known = true;                 ///< false if `id` could not be read
  std::optional<std::vector<Reference>> from;
  Mark from_mark;
  bool from_known = true;  ///< false if `from` could not be read
};

/// Reads every item: its stage, id, `from`, parameters and `during`.
std::vector<DraftStage> read_stages(const Node& list, const StageSource& source, const CheckOptions& options,
                                    Scope& scope, Report& report);

/// Fills in the inputs of the stages and checks that the links make sense.
void link_stages(std::vector<DraftStage>& drafts, Report& report);

}  // namespace reel::model
