/// Words that explain and DOT share. Private to the engine.
#pragma once

#include <string>

#include "reel/model/pipeline.hpp"

namespace reel::engine {

/// A setting as an author would write it; secrets stay `${secret:…}`.
std::string setting_text(const model::Setting& setting);

/// What a contract means, for pictures or for sound.
std::string contract_words(const model::Contract& contract);

/// `from 5:00 to 5:15`
std::string during_words(const base::TimePointRange& during);

}  // namespace reel::engine
