#include "exporter.hpp"

#include "bytes.hpp"
#include "output.hpp"
#include "psd_writer.hpp"
#include "video_script.hpp"

namespace reel::photoshop {

void PhotoshopExporter::write(const reel_document& document, std::string_view extension, const std::string& path,
                              const Task& task) {
  if (extension != "psd" && extension != "psb")
    throw ExtensionError(REEL_ERROR_INVALID,
                         "'" + std::string(extension) + "' is no kind of Photoshop document, expected psd or psb");
  write_document(document, extension == "psb", path, task);
}

void PhotoshopExporter::write_script(std::span<const reel_video_layer> layers, const reel_video_layer* mask,
                                     double frames_per_second, const std::string& path, const Task&) {
  const std::string script = video_script(layers, mask, frames_per_second);
  Output output(path);
  output.write(Bytes().text(script));
  output.finish();
}

}  // namespace reel::photoshop
