#include <reel/sdk.hpp>

#include "remote_storage.hpp"
#include "storage_sink.hpp"
#include "storage_source.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.storage",
                              .name = "reel-storage",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "LGPL-2.1-or-later",
                              .summary = "Reads and writes objects of S3, Google Cloud Storage and web servers"}),
            reel::storage::RemoteStorage, reel::storage::StorageSource, reel::storage::StorageSink);
