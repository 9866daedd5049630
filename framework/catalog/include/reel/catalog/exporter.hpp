/// Exporters of plugins: the extension `reel.exporter/1`. A catalogue has to be there.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reel/base/stop.hpp"
#include "reel/extension/exporter.h"
#include "reel/plugin.h"

namespace reel::catalog {

/// Any thread. Functions throw base::InputError where what they are given is at fault, base::Interrupted, base::RunError for all else.
class Exporter {
 public:
  Exporter(const reel_exporter& table, const reel_host* host) : table_(table), host_(host) {}

  /// Of its files, lower case, without a dot; the first is the usual one.
  std::vector<std::string> extensions() const;
  /// Of its scripts; empty: it writes none.
  std::string script_extension() const;

  void write(const reel_document& document, const std::string& extension, const std::filesystem::path& file,
             base::StopFlag stop) const;
  void write_script(std::span<const reel_video_layer> layers, double frames_per_second,
                    const std::filesystem::path& file, base::StopFlag stop) const;

 private:
  const reel_exporter& table_;
  const reel_host* host_;
};

/// The exporter behind a stage, by its element factory, or null: it has none.
std::shared_ptr<const Exporter> exporter_of(std::string_view factory);

}  // namespace reel::catalog
