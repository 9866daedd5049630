#include "volume.hpp"

namespace reel::sound {

void Volume::process(AudioBlock& block, const Params& params) {
  const double factor = params.volume * std::pow(10, params.gain / 20);
  const double from = last_ < 0 ? factor : last_;
  last_ = factor;
  if (from == factor) {
    if (factor == 1) return;
    for (float& v : block.samples()) v *= static_cast<float>(factor);
    return;
  }
  for (std::size_t i = 0; i < block.frames(); ++i) {
    const double share = static_cast<double>(i + 1) / static_cast<double>(block.frames());
    for (int c = 0; c < block.channels(); ++c) block.at(i, c) *= static_cast<float>(from + share * (factor - from));
  }
}

void Mute::process(AudioBlock& block, const NoParams&) const { std::ranges::fill(block.samples(), 0.0F); }

}  // namespace reel::sound
