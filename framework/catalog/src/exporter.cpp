#include "reel/catalog/exporter.hpp"

#include "call.hpp"
#include "extensions.hpp"
#include "reel/base/log.hpp"

namespace reel::catalog {
namespace {

Registry<std::shared_ptr<const Exporter>>& exporters() {
  static Registry<std::shared_ptr<const Exporter>> all;
  return all;
}

}  // namespace

void add_exporters(const reel_plugin& plugin, const reel_host* host) {
  const auto* const table = table_of<reel_exporter>(plugin, REEL_EXPORTER);
  if (table == nullptr) return;
  if (table->stages == nullptr || table->extensions == nullptr || table->write == nullptr)
    return base::log(base::Level::warning, std::string(plugin.id) + ": its exporter is incomplete");
  const auto exporter = std::make_shared<const Exporter>(*table, host);
  for (const char* const* stage = table->stages; *stage != nullptr; ++stage) exporters().add(*stage, exporter);
}

std::shared_ptr<const Exporter> exporter_of(std::string_view factory) { return exporters().find(factory); }

std::vector<std::string> Exporter::extensions() const {
  std::vector<std::string> names;
  for (const char* const* name = table_.extensions; *name != nullptr; ++name) names.emplace_back(*name);
  return names;
}

std::string Exporter::script_extension() const {
  return table_.write_script != nullptr && table_.script_extension != nullptr ? table_.script_extension : "";
}

void Exporter::write(const reel_document& document, const std::string& extension, const std::filesystem::path& file,
                     base::StopFlag stop) const {
  Call call(stop);
  if (table_.write(host_, &document, extension.c_str(), file.c_str(), call.task(), call.error()) == FALSE)
    call.fail("the document could not be written");
}

void Exporter::write_script(std::span<const reel_video_layer> layers, double frames_per_second,
                            const std::filesystem::path& file, base::StopFlag stop) const {
  Call call(stop);
  if (table_.write_script(host_, layers.data(), layers.size(), nullptr, frames_per_second, file.c_str(), call.task(),
                          call.error()) == FALSE)
    call.fail("the script could not be written");
}

}  // namespace reel::catalog
