/// What a plugin can do besides its stages, taken in when it is opened.
#pragma once

#include "reel/plugin.h"

namespace reel::catalog {

/// From now on its URI schemes are served, as far as no other plugin serves them. Nothing where it has no storage.
void add_storages(const reel_plugin& plugin, const reel_host* host);

/// From now on its stages get their media from it. Nothing where it has no provider.
void add_providers(const reel_plugin& plugin, const reel_host* host);

/// From now on its stages write documents. Nothing where it has no exporter.
void add_exporters(const reel_plugin& plugin, const reel_host* host);

}  // namespace reel::catalog
