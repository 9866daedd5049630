/// Where sinks write what is to go elsewhere. Private to the engine.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "reel/model/pipeline.hpp"

namespace reel::engine {

/// Sinks write files of this machine, and need to go back and forth in them. What is to be at an address that a storage serves is written to a
/// temporary folder first, and sent from there when it is whole.
class Staging {
 public:
  /// Changes the `uri` of such sinks. Throws base::RunError where there is no room for a folder.
  explicit Staging(model::Pipeline& pipeline);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  /// Where a sink's file goes in the end: to its address, or where it is. Files beside it go beside that.
  std::string destination(const std::string& file) const;

 private:
  std::filesystem::path folder_;                            ///< empty: nothing goes elsewhere
  std::map<std::filesystem::path, std::string> addresses_;  ///< by the folder of a sink
};

}  // namespace reel::engine
