/// GStreamer and the plugins, as the setup wants them.
#pragma once

#include <memory>

#include "reel/catalog/catalog.hpp"
#include "reel/service/runner_job.hpp"

namespace reel::runner {

catalog::Policy policy_of(const service::RunnerSetup& setup);

/// Where plugins are looked for: in the setup's folders, then in the usual ones.
std::vector<std::filesystem::path> plugin_folders(const service::RunnerSetup& setup);

/// Loads the plugins, or those of such files alone (catalog::CatalogOptions::library); once a process.
std::unique_ptr<catalog::Catalog> load_stages(const service::RunnerSetup& setup, catalog::HostServices services = {},
                                              const std::string& library = "*");

}  // namespace reel::runner
