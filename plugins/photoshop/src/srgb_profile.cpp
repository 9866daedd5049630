#include "srgb_profile.hpp"

#include <lcms2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <vector>

namespace reel::photoshop {

namespace {

struct Close {
  void operator()(void* profile) const { cmsCloseProfile(profile); }
};

std::vector<std::uint8_t> make_profile() {
  const std::unique_ptr<void, Close> profile(cmsCreate_sRGBProfile());
  if (!profile) throw std::runtime_error("Little CMS makes no sRGB profile");
  cmsUInt32Number size = 0;
  cmsSaveProfileToMem(profile.get(), nullptr, &size);
  std::vector<std::uint8_t> bytes(size);
  if (cmsSaveProfileToMem(profile.get(), bytes.data(), &size) == FALSE)
    throw std::runtime_error("Little CMS writes no sRGB profile");
  // When it was made would make two documents of the same layers differ: 2000-01-01.
  constexpr std::size_t date = 24;
  constexpr std::array<std::uint8_t, 12> fixed{0x07, 0xd0, 0, 1, 0, 1};
  std::ranges::copy(fixed, bytes.begin() + date);
  return bytes;
}

}  // namespace

std::span<const std::uint8_t> srgb_profile() {
  static const std::vector<std::uint8_t> made = make_profile();
  return made;
}

}  // namespace reel::photoshop
