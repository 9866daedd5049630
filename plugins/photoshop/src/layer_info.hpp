/// The layers of a document.
#pragma once

#include "format.hpp"
#include "output.hpp"
#include "reel/extension/exporter.h"
#include "reel/task.hpp"

namespace reel::photoshop {

/// Writes what the format calls layer info, without its length: the records of all layers and groups, then their channels.
/// `merged_alpha`: the merged image has alpha. `task` is told of the second half of the work.
void write_layer_info(Output& output, const reel_document& document, const Format& format, bool merged_alpha,
                      const Task& task);

}  // namespace reel::photoshop
