#include <reel/sdk.hpp>

namespace {

struct Negative : reel::VideoFilter<Negative> {
  static constexpr reel::StageInfo stage{.name = "acme-negative",
                                         .title = "Negative",
                                         .summary = "Mixes a picture with its negative",
                                         .formats = "{ RGB, BGR, GRAY8 }",
                                         .contract = "pointwise",
                                         .synonyms = "invert"};
  struct Params {
    double amount = 1;
    reel::Region region;
  };
  static constexpr auto params =
      reel::params(reel::param("amount", &Params::amount, "Share of the negative in the mix").range(0, 1).identity("0"),
                   reel::param("region", &Params::region, "Part of the picture to change; all of it when left out"));

  void process(reel::VideoFrame& frame, const Params& p) const {
    const auto shape = p.region.at(frame.time(), frame.width(), frame.height());
    const auto area = shape.bounds(frame.width(), frame.height());
    const auto step = static_cast<std::size_t>(frame.component(0).step());
    for (int y = area.top; y < area.bottom; ++y)
      for (const auto [from, to] : shape.row(y, frame.width()))
        for (auto& v : frame.row(y).subspan(from * step, (to - from) * step))
          v = static_cast<std::uint8_t>(v + p.amount * (255 - 2 * v) + 0.5);
  }
};

}  // namespace

REEL_PLUGIN((reel::PluginInfo{.id = "org.example.acme.negative",
                              .name = "acme-negative",
                              .vendor = "acme",
                              .version = "1.0.0",
                              .license = "MIT"}),
            Negative);
