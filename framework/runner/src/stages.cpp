#include "stages.hpp"

#include <gst/gst.h>

#include <utility>

#include "reel/engine/blame.hpp"

namespace reel::runner {

catalog::Policy policy_of(const service::RunnerSetup& setup) {
  return {setup.allow_stages, setup.deny_stages, setup.allow_schemes, setup.deny_schemes};
}

std::vector<std::filesystem::path> plugin_folders(const service::RunnerSetup& setup) {
  auto folders = setup.plugin_folders;
  for (auto& folder : catalog::default_plugin_folders()) folders.push_back(std::move(folder));
  return folders;
}

std::unique_ptr<catalog::Catalog> load_stages(const service::RunnerSetup& setup, catalog::HostServices services,
                                              const std::string& library) {
  gst_init(nullptr, nullptr);
  engine::note_stages();
  catalog::CatalogOptions options;
  options.folders = plugin_folders(setup);
  options.library = library;
  options.policy = policy_of(setup);
  options.host_version = REEL_VERSION;
  options.services = std::move(services);
  return std::make_unique<catalog::Catalog>(options);
}

}  // namespace reel::runner
