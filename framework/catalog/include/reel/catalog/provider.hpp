/// Providers of plugins: the extension `reel.provider/1` as model::Provider. A catalogue has to be there.
#pragma once

#include <memory>
#include <string_view>

#include "reel/model/provider.hpp"

namespace reel::catalog {

/// The provider behind a stage, by its element factory, or null: it has none.
std::shared_ptr<model::Provider> provider_of(std::string_view factory);

}  // namespace reel::catalog
