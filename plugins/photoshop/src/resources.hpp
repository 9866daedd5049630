/// What a document says about itself beside its pictures.
#pragma once

#include "bytes.hpp"
#include "reel/extension/exporter.h"
#include "thumbnail.hpp"

namespace reel::photoshop {

/// The section of image resources without its length: resolution, thumbnail, colour profile, XMP.
Bytes image_resources(const reel_document& document, const Thumbnail& thumbnail);

/// The document's origin as an XMP packet: title, source, time and rate of pictures.
std::string xmp_packet(const reel_document& document);

}  // namespace reel::photoshop
