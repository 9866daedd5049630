/// One picture of a pipeline's output, without running it all.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "reel/engine/media_check.hpp"

namespace reel::engine {

struct PreviewResult {
  int width = 0, height = 0;
  base::Time time{0};  ///< of the picture that was shown at the asked time
};

/// Writes the picture that the main sink would get at `at` (output clock) as PNG or JPEG (by the name of
/// `target`), by rename. Throws StageError, base::InputError if `at` is past the end.
PreviewResult preview(const Prepared& prepared, base::Time at, const std::filesystem::path& target,
                      const std::function<std::string(const std::string&)>& secret = {});

}  // namespace reel::engine
