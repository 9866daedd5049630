#include "blend.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace reel::photoshop {

namespace {

float multiply(float below, float above) { return below * above; }
float screen(float below, float above) { return below + above - below * above; }
float overlay(float below, float above) {
  return below <= 0.5F ? multiply(2 * below, above) : screen(2 * below - 1, above);
}
float darken(float below, float above) { return std::min(below, above); }
float lighten(float below, float above) { return std::max(below, above); }
float difference(float below, float above) { return std::abs(below - above); }

constexpr std::array blends{
    Blend{"normal", "norm", nullptr},        Blend{"multiply", "mul ", multiply}, Blend{"screen", "scrn", screen},
    Blend{"overlay", "over", overlay},       Blend{"darken", "dark", darken},     Blend{"lighten", "lite", lighten},
    Blend{"difference", "diff", difference}, Blend{"pass", "pass", nullptr},
};

}  // namespace

const Blend* find_blend(std::string_view name) {
  const auto found = std::ranges::find(blends, name, &Blend::name);
  return found == blends.end() ? nullptr : &*found;
}

}  // namespace reel::photoshop
