/// Writes a file out of packets that stay and packets that were rendered. Private to the engine.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "files/file_index.hpp"
#include "graph/player.hpp"
#include "reel/planner/plan.hpp"
#include "source_parts.hpp"
#include "splice/sound_renderer.hpp"
#include "splice/span_renderer.hpp"

namespace reel::engine {

struct AssemblyInput {
  const Prepared& prepared;
  std::size_t source = 0;  ///< the stage whose file it is
  const FileIndex& index;  ///< of no stream where the plan has no spans of pictures
  const planner::Plan& plan;
  Buffer header;                       ///< of the stream of pictures, where any were rendered
  const Spool& spool;                  ///< holds what was rendered
  std::vector<RenderedSpan> rendered;  ///< of the plan's render spans, in their order
  std::optional<std::filesystem::path>
      sound;                              ///< a file with the rendered sound; none: the source's is copied or spliced
  const SoundFile* sound_file = nullptr;  ///< of the source, where its sound is spliced
  std::vector<RenderedSound> rendered_sound;      ///< of the plan's render spans of sound, in their order
  std::optional<std::filesystem::path> pictures;  ///< a file with all pictures rendered; none: the plan's spans say
  std::string muxer;                              ///< libavformat's name
  bool fast_start = true;
  /// Copied packets need not come here, if the source and the muxer allow it.
  bool leave_out = false;
};

/// When the pictures of each span are shown, on the output's clock.
std::vector<base::Time> times_of(const planner::Span& span, const FileIndex& index);

/// Writes all to `file`, which exists. Reads the source packet by packet, or only what its tables say of copied ones. `on_part` gets what
/// part of it is done, from 0 to 1, now and then. Says what of the source has yet to be put into the file. Throws base::RunError, base::Interrupted.
SourceParts assemble(const AssemblyInput& input, const std::filesystem::path& file, const Requests& requests,
                     const std::function<void(double)>& on_part);

}  // namespace reel::engine
