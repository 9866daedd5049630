/// Stages that write documents of other programs. Private to the engine.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "artifacts.hpp"
#include "graph/settings.hpp"
#include "reel/base/stop.hpp"
#include "reel/engine/media_check.hpp"

namespace reel::engine {

/// Those of a pipeline, in its order.
std::vector<std::size_t> exporter_stages(const model::Pipeline& pipeline);

/// Of the documents that such a stage writes, lower case, without a dot. Throws base::InputError: its `uri` has none that fits.
std::string document_extension(const model::Stage& stage);

/// What is left to play without them: nobody takes anything from them.
Prepared without_exporters(const Prepared& prepared);

struct ExportOptions {
  SecretSource secret;
  base::StopFlag stop = nullptr;
  std::function<std::string(const std::string&)> destination;  ///< where a file goes in the end, as Staging knows
};

/// Writes the documents of one stage beside their targets. Throws StageError, base::Interrupted.
void write_documents(const Prepared& prepared, std::size_t stage, PendingFiles& files, const ExportOptions& options);

}  // namespace reel::engine
