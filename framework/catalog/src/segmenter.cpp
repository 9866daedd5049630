#include "reel/catalog/segmenter.hpp"

#include <mutex>
#include <set>

#include "extensions.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/segmenter.hpp"

namespace reel::catalog {
namespace {

struct Known {
  std::mutex mutex;
  std::vector<std::pair<const reel_segmenter*, const reel_host*>> segmenters;
};

Known& known() {
  static Known all;
  return all;
}

bool complete(const reel_segmenter& t) {
  return t.labels != nullptr && t.release_labels != nullptr && t.open != nullptr && t.find != nullptr &&
         t.release_found != nullptr && t.close != nullptr;
}

}  // namespace

void add_segmenters(const reel_plugin& plugin, const reel_host* host) {
  const auto* const table = table_of<reel_segmenter>(plugin, REEL_SEGMENTER);
  if (table == nullptr) return;
  if (!complete(*table))
    return base::log(base::Level::warning, std::string(plugin.id) + ": its segmenter is incomplete");
  const std::lock_guard lock(known().mutex);
  known().segmenters.emplace_back(table, host);
}

const reel_segmenter* segmenter_at(const reel_host*, std::size_t number) {
  const std::lock_guard lock(known().mutex);
  return number < known().segmenters.size() ? known().segmenters[number].first : nullptr;
}

std::vector<std::string> labels_that_are_found() {
  const auto segmenters = [] {
    const std::lock_guard lock(known().mutex);
    return known().segmenters;
  }();
  std::set<std::string> labels;
  for (const auto& [table, host] : segmenters) try {
      for (const std::string& label : SegmenterUse(*table, host).labels()) labels.insert(base::printable(label));
    } catch (const ExtensionError& fault) {
      base::log(base::Level::warning, "a segmenter does not say what it finds: " + base::printable(fault.what()));
    }
  return {labels.begin(), labels.end()};
}

}  // namespace reel::catalog
