/// Writes Photoshop documents.
#pragma once

#include <string>

#include "reel/extension/exporter.h"
#include "reel/task.hpp"

namespace reel::photoshop {

/// Writes a PSD, or a PSB where that is wanted or the document needs it. Beside the document itself it holds one packed picture in memory.
/// Throws ExtensionError: REEL_ERROR_INVALID before anything is written, others with half a file left behind.
void write_document(const reel_document& document, bool want_large, const std::string& path, const Task& task);

}  // namespace reel::photoshop
