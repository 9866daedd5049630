/// Pictures that a stage gives, without playing all that comes before them. Private to the engine.
#pragma once

#include <string>
#include <vector>

#include "graph/gst.hpp"
#include "graph/settings.hpp"
#include "reel/base/stop.hpp"
#include "reel/engine/media_check.hpp"

namespace reel::engine {

/// When a picture is shown, on the clock of the stage that gave it.
base::Time start_of(GstSample* picture);

struct PictureQuery {
  std::size_t stage = 0;
  base::Time at{0};
  base::Time end{0};  ///< all pictures that begin before it, too; not behind `at`: just the one that is shown at `at`
  /// That pictures may take together; more are refused.
  std::uint64_t most_bytes = std::uint64_t{1} << 30U;
  std::string conversion;  ///< elements that make of a picture what is wanted, as gst-launch writes them
};

/// In order of display; none: nothing came out. Throws StageError, base::InputError: there are too many; base::Interrupted.
std::vector<gst::Ptr<GstSample>> find_pictures(const Prepared& prepared, const PictureQuery& query,
                                               const SecretSource& secret, base::StopFlag stop = nullptr);

}  // namespace reel::engine
