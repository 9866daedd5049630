#include <reel/sdk.hpp>

namespace {

/// Mixes the picture with its negative.
struct @CLASS@ : reel::VideoFilter<@CLASS@> {
  static constexpr reel::StageInfo stage{
      .name = "@VENDOR@-@NAME@",
      .title = "@CLASS@",
      .summary = "Mixes a picture with its negative",
      .formats = "{ RGB, BGR, GRAY8 }",
      .contract = "pointwise"};

  struct Params {
    double amount = 1;
  };
  static constexpr auto params = reel::params(
      reel::param("amount", &Params::amount, "Share of the negative in the mix").range(0, 1).identity("0"));

  void process(reel::VideoFrame& frame, const Params& p) const {
    for (int y = 0; y < frame.height(); ++y)
      for (auto& v : frame.row(y)) v = static_cast<std::uint8_t>(v + p.amount * (255 - 2 * v) + 0.5);
  }
};

}  // namespace

REEL_PLUGIN((reel::PluginInfo{.id = "org.example.@VENDOR@.@NAME@",
                              .name = "@VENDOR@-@NAME@",
                              .vendor = "@VENDOR@",
                              .version = "1.0.0",
                              .license = "MIT",
                              .summary = "Mixes a picture with its negative"}),
            @CLASS@);
