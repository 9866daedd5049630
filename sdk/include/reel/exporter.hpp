/// An exporter in C++: `reel.exporter/1` (see extension/exporter.h) without its C side.
///
///   struct Layers : reel::Exporter<Layers> {
///     static constexpr std::array stages{"acme-layers"};
///     static constexpr std::array extensions{"lay"};
///     static void write(const reel_document&, std::string_view extension, const std::string& path, const reel::Task&);
///   };
///   REEL_PLUGIN(info, LayersStage, Layers);
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "reel/extension/exporter.h"
#include "reel/task.hpp"

namespace reel {

namespace detail {

/// As the boundary wants a list: ended by NULL.
template <std::size_t N>
constexpr std::array<const char*, N + 1> ended_by_null(const std::array<const char*, N>& names) {
  std::array<const char*, N + 1> ended{};
  for (std::size_t i = 0; i < N; ++i) ended[i] = names[i];
  return ended;
}

}  // namespace detail

/// `Self` gives `stages` and `extensions`, which are arrays of names, and
///
///   static void write(const reel_document&, std::string_view extension, const std::string& path, const Task&)
///
/// and, if it writes scripts,
///
///   static constexpr const char* script_extension = "jsx";
///   static void write_script(std::span<const reel_video_layer>, const reel_video_layer* mask,
///                            double frames_per_second, const std::string& path, const Task&)
///
/// Both on any thread, several at once. They may throw: ExtensionError gives the error its code.
template <class Self>
class Exporter {
 public:
  static constexpr const char* extension_id = REEL_EXPORTER;

  static const void* table() {
    static constexpr auto stages = detail::ended_by_null(Self::stages);
    static constexpr auto extensions = detail::ended_by_null(Self::extensions);
    static constexpr bool scripts = requires { Self::script_extension; };
    static constexpr reel_exporter made = [] {
      reel_exporter t{stages.data(), extensions.data(), write, nullptr, nullptr};
      if constexpr (scripts) t.write_script = write_script, t.script_extension = Self::script_extension;
      return t;
    }();
    return &made;
  }

 private:
  static gboolean write(const reel_host*, const reel_document* document, const char* extension, const char* path,
                        const reel_task* task, GError** error) {
    return guarded_extension(error, gboolean{FALSE}, [&] {
      Self::write(*document, extension, path, Task(task));
      return gboolean{TRUE};
    });
  }

  static gboolean write_script(const reel_host*, const reel_video_layer* layers, size_t layer_count,
                               const reel_video_layer* mask, double frames_per_second, const char* path,
                               const reel_task* task, GError** error) {
    return guarded_extension(error, gboolean{FALSE}, [&] {
      Self::write_script(std::span(layers, layer_count), mask, frames_per_second, path, Task(task));
      return gboolean{TRUE};
    });
  }
};

}  // namespace reel
