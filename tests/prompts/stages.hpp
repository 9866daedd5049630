/// What both tests of prompts work with.
#pragma once

#include <filesystem>
#include <vector>

#include "corpus.hpp"
#include "reel/catalog/catalog.hpp"

namespace reel::tests {

/// Of our plugins, as they are built.
const catalog::Catalog& stages();

std::filesystem::path prompts_folder();

std::vector<Case> all_cases();

}  // namespace reel::tests
