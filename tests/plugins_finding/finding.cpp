#include <algorithm>
#include <reel/sdk.hpp>
#include <reel/segmenter.hpp>

namespace {

class Yellow final : public reel::Finder {
 public:
  std::vector<reel::Detection> find(const reel_picture& picture, const reel::Task&) override {
    std::uint32_t left = picture.width, top = picture.height, right = 0, bottom = 0;
    for (std::uint32_t y = 0; y < picture.height; ++y)
      for (std::uint32_t x = 0; x < picture.width; ++x) {
        const std::uint8_t* const p = picture.rgb + 3 * (std::size_t{y} * picture.width + x);
        if (p[0] < 180 || p[1] < 180 || p[2] > 90) continue;
        left = std::min(left, x), right = std::max(right, x + 1);
        top = std::min(top, y), bottom = std::max(bottom, y + 1);
      }
    if (right == 0) return {};
    return {{left, top, right - left, bottom - top, 1, {}}};
  }
};

struct Treasure : reel::Segmenter<Treasure> {
  static std::vector<std::string> labels() { return {"gold"}; }
  static std::unique_ptr<reel::Finder> open(const std::string& label) {
    if (label != "gold") throw reel::ExtensionError(REEL_ERROR_NOT_FOUND, "only gold is found");
    return std::make_unique<Yellow>();
  }
};

/// A plugin has a stage.
struct Nothing : reel::VideoFilter<Nothing> {
  static constexpr reel::StageInfo stage{.name = "finding-nothing",
                                         .title = "Nothing",
                                         .summary = "Leaves pictures as they are",
                                         .formats = "{ I420 }",
                                         .contract = "pointwise"};
  struct Params {
    double amount = 0;
  };
  static constexpr auto params = reel::params(reel::param("amount", &Params::amount, "Of nothing").range(0, 1));
  void process(reel::VideoFrame&, const Params&) const {}
};

}  // namespace

REEL_PLUGIN(
    (reel::PluginInfo{
        .id = "org.example.finding", .name = "finding", .vendor = "finding", .version = "1.0.0", .license = "MIT"}),
    Nothing, Treasure);
