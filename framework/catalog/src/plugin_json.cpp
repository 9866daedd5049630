#include <nlohmann/json.hpp>

#include "reel/catalog/catalog.hpp"

namespace reel::catalog {

nlohmann::json to_json(const PluginInfo& p) {
  return {{"path", p.path.string()}, {"id", p.id},
          {"name", p.name},          {"vendor", p.vendor},
          {"version", p.version},    {"license", p.license},
          {"summary", p.summary},    {"url", p.url},
          {"stages", p.stages},      {"abi", std::to_string(p.abi_major) + "." + std::to_string(p.abi_minor)},
          {"refused", p.refused}};
}

}  // namespace reel::catalog
