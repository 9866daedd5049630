/// `reel.exporter/1` for Photoshop.
#pragma once

#include "reel/exporter.hpp"
#include "stage.hpp"

namespace reel::photoshop {

struct PhotoshopExporter : Exporter<PhotoshopExporter> {
  static constexpr std::array stages{Photoshop::stage.name};
  static constexpr std::array extensions{"psd", "psb"};
  static constexpr const char* script_extension = "jsx";

  static void write(const reel_document& document, std::string_view extension, const std::string& path,
                    const Task& task);
  static void write_script(std::span<const reel_video_layer> layers, const reel_video_layer* mask,
                           double frames_per_second, const std::string& path, const Task& task);
};

}  // namespace reel::photoshop
