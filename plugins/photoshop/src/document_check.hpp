/// What a document must be before anything is written.
#pragma once

#include "format.hpp"
#include "reel/extension/exporter.h"

namespace reel::photoshop {

/// Throws ExtensionError (REEL_ERROR_INVALID) that says what is wrong and what was expected.
void check(const reel_document& document);

/// PSD unless the document is too large for it, or PSB is asked for. The document has been checked.
Format format_for(const reel_document& document, bool want_large);

}  // namespace reel::photoshop
