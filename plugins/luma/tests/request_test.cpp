#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "json.hpp"
#include "provider.hpp"

namespace {

using namespace reel;
using namespace reel::luma;
using ::testing::HasSubstr;

Json clip(const Json& changes = Json::object()) {
  Json params{{"prompt", "a tiger in the snow"},
              {"model", "auto"},
              {"duration", 5'000'000'000},
              {"aspect-ratio", "auto"},
              {"resolution", "auto"},
              {"loop", false},
              {"concepts", ""},
              {"first-frame", ""},
              {"last-frame", ""},
              {"extend", ""},
              {"interpolate", ""},
              {"fresh", false},
              {"api", "dream-machine"}};
  params.update(changes);
  return params;
}

Json edit(const Json& changes = Json::object()) {
  Json params{{"action", "modify"}, {"prompt", "in winter"}, {"mode", "flex"},        {"strength", 2},
              {"model", "auto"},    {"first-frame", ""},     {"resolution", "auto"},  {"aspect-ratio", "auto"},
              {"generation", ""},   {"fresh", false},        {"api", "dream-machine"}};
  params.update(changes);
  return params;
}

ProviderRequest request(const Json& params) {
  if (!params.contains("action")) return {"reel-luma", params.dump(), std::nullopt, Time{0}};
  return {"reel-luma-edit", params.dump(), "https://media.example/clip.mp4", std::chrono::seconds(5)};
}

Json prepared(const Json& params) { return Json::parse(LumaProvider(nullptr).prepare(request(params))); }
Json body(const Json& params) { return prepared(params)["body"]; }

/// `PARAM: message`, or `- message` where no parameter is to blame.
std::string fault(const ProviderRequest& request) {
  try {
    LumaProvider(nullptr).prepare(request);
  } catch (const ParamError& e) {
    EXPECT_EQ(e.code(), REEL_ERROR_INVALID);
    EXPECT_THAT(e.what(), ::testing::StartsWith(e.param() + ": "));
    return e.what();
  } catch (const ExtensionError& e) {
    return "- " + std::string(e.what());
  }
  return "no fault";
}
std::string fault(const Json& params) { return fault(request(params)); }

class RequestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"LUMAAI_API_KEY", "LUMA_AGENTS_API_KEY", "LUMAAI_BASE_URL", "LUMA_AGENTS_BASE_URL"})
      unsetenv(name);
  }
};

TEST_F(RequestTest, DreamMachineGetsEveryFieldSaid) {
  const Json made = prepared(clip());
  EXPECT_EQ(made["path"], "generations/video");
  EXPECT_EQ(made["body"], Json::parse(R"({"generation_type": "video", "model": "ray-2", "prompt": "a tiger in the snow",
      "aspect_ratio": "16:9", "resolution": "720p", "duration": "5s", "loop": false})"));
  const Json full = body(clip({{"model", "ray-flash-2"},
                               {"duration", 9'000'000'000},
                               {"aspect-ratio", "9:21"},
                               {"resolution", "4k"},
                               {"concepts", "dolly_zoom, orbit_left"},
                               {"first-frame", "https://media.example/a.png"},
                               {"interpolate", "abc-1"}}));
  EXPECT_EQ(full, Json::parse(R"({"generation_type": "video", "model": "ray-flash-2", "prompt": "a tiger in the snow",
      "aspect_ratio": "9:21", "resolution": "4k", "duration": "9s", "loop": false,
      "concepts": [{"key": "dolly_zoom"}, {"key": "orbit_left"}],
      "keyframes": {"frame0": {"type": "image", "url": "https://media.example/a.png"},
                    "frame1": {"type": "generation", "id": "abc-1"}}})"));
}

TEST_F(RequestTest, AgentsGetsTheSameInItsOwnWords) {
  EXPECT_EQ(
      body(clip({{"api", "agents"}, {"duration", 10'000'000'000}, {"resolution", "1080p"}})),
      Json::parse(R"({"type": "video", "model": "ray-3.2", "prompt": "a tiger in the snow", "aspect_ratio": "16:9",
                            "video": {"resolution": "1080p", "duration": "10s"}})"));
  EXPECT_EQ(
      body(clip({{"api", "agents"}, {"extend", "abc-1"}, {"loop", true}}))["video"],
      Json::parse(
          R"({"resolution": "720p", "duration": "5s", "loop": true, "start_frame": {"generation_id": "abc-1"}})"));
}

TEST_F(RequestTest, Edits) {
  const Json modify = prepared(edit());
  EXPECT_EQ(modify["path"], "generations/video/modify");
  EXPECT_EQ(modify["body"], Json::parse(R"({"generation_type": "modify_video", "model": "ray-2", "prompt": "in winter",
                                            "mode": "flex_2"})"));
  EXPECT_EQ(body(edit({{"action", "reframe"}, {"aspect-ratio", "1:1"}, {"prompt", ""}})),
            Json::parse(R"({"generation_type": "reframe_video", "model": "ray-2", "aspect_ratio": "1:1"})"));
  const Json upscale = prepared(edit({{"action", "upscale"}, {"generation", "abc-1"}}));
  EXPECT_EQ(upscale["path"], "generations/abc-1/upscale");
  EXPECT_EQ(upscale["body"], Json::parse(R"({"generation_type": "upscale_video", "resolution": "1080p"})"));
  EXPECT_EQ(prepared(edit({{"action", "audio"}, {"generation", "abc-1"}}))["path"], "generations/abc-1/audio");
  EXPECT_EQ(body(edit({{"api", "agents"}, {"mode", "auto"}}))["video"]["edit"],
            Json::parse(R"({"auto_controls": true})"));
  EXPECT_EQ(body(edit({{"api", "agents"}, {"strength", 3}}))["video"]["edit"],
            Json::parse(R"({"strength": "flex_3"})"));
}

TEST_F(RequestTest, WhatIsPreparedDependsOnTheRequestAlone) {
  EXPECT_EQ(prepared(clip()), prepared(clip({{"fresh", true}})));
  EXPECT_NE(prepared(clip()), prepared(clip({{"prompt", "a bear in the snow"}})));
  EXPECT_THAT(prepared(edit()).dump(), Not(HasSubstr("media.example")));
}

TEST_F(RequestTest, TheApiIsChosenByModelAndKey) {
  const Json any = clip({{"api", "auto"}});
  EXPECT_EQ(prepared(any)["api"], "dream-machine");
  setenv("LUMA_AGENTS_API_KEY", "secret", 1);
  EXPECT_EQ(prepared(any)["api"], "agents");
  EXPECT_EQ(prepared(clip({{"api", "auto"}, {"model", "ray-2"}}))["api"], "dream-machine");
  setenv("LUMAAI_API_KEY", "secret", 1);
  EXPECT_EQ(prepared(any)["api"], "dream-machine");
  EXPECT_EQ(prepared(clip({{"api", "auto"}, {"model", "ray-3.2"}}))["api"], "agents");
}

TEST_F(RequestTest, WhatDiffersIsCheckedBeforeTheCallAndTheNearestIsOffered) {
  const Json agents{{"api", "agents"}};
  const auto at_agents = [&](Json changes) { return changes.update(agents), fault(clip(changes)); };
  EXPECT_EQ(fault(clip({{"duration", 10'000'000'000}})),
            "duration: Luma Dream Machine makes clips of 5 s or 9 s, not of 10 s; the nearest is 9 s");
  EXPECT_EQ(at_agents({{"duration", 6'500'000'000}}),
            "duration: Luma Agents makes clips of 5 s or 10 s, not of 6.5 s; the nearest is 5 s");
  EXPECT_THAT(at_agents({{"resolution", "4k"}}),
              HasSubstr("resolution: Luma Agents takes 540p, 720p, 1080p, not 4k; the nearest is 1080p"));
  EXPECT_THAT(at_agents({{"aspect-ratio", "9:21"}}), HasSubstr("the nearest is 9:16"));
  EXPECT_THAT(at_agents({{"model", "ray-2"}}), HasSubstr("model: Luma Agents takes ray-3.2"));
  EXPECT_THAT(at_agents({{"concepts", "dolly_zoom"}}), HasSubstr("concepts: "));
  EXPECT_THAT(at_agents({{"duration", 10'000'000'000}, {"loop", true}}), HasSubstr("duration: "));
  EXPECT_THAT(fault(edit({{"api", "agents"}, {"action", "upscale"}, {"generation", "abc"}})), HasSubstr("action: "));
}

TEST_F(RequestTest, EachFaultNamesItsParameter) {
  EXPECT_THAT(fault(clip({{"prompt", "no"}})),
              HasSubstr("prompt: Luma Dream Machine takes 3 to 5000 characters, and this has 2"));
  EXPECT_EQ(fault(clip({{"prompt", "äöü"}})), "no fault");
  EXPECT_THAT(fault(clip({{"prompt", "  no\n"}})), HasSubstr("this has 2"));
  EXPECT_EQ(fault(clip({{"prompt", std::string(5000, 'x')}})), "no fault");
  EXPECT_THAT(fault(clip({{"prompt", std::string(5001, 'x')}})), HasSubstr("this has 5001"));
  for (const char* address :
       {"picture.png", "file:///etc/passwd", "http://media.example/a.png", "ftp://media.example/a.png"})
    EXPECT_THAT(fault(clip({{"first-frame", address}})), HasSubstr("first-frame: ")) << address;
  EXPECT_EQ(fault(clip({{"first-frame", "http://127.0.0.1:8080/a.png"}})), "no fault");
  EXPECT_THAT(fault(clip({{"first-frame", "https://media.example/a.png"}, {"extend", "abc"}})), HasSubstr("extend: "));
  EXPECT_THAT(fault(clip({{"interpolate", "abc"}, {"loop", true}})), HasSubstr("loop: "));
  EXPECT_THAT(fault(edit({{"action", "reframe"}})), HasSubstr("aspect-ratio: "));
  EXPECT_THAT(fault(edit({{"aspect-ratio", "1:1"}})), HasSubstr("aspect-ratio: "));
  EXPECT_THAT(fault(edit({{"resolution", "4k"}})), HasSubstr("resolution: "));
  EXPECT_THAT(fault(edit({{"action", "upscale"}})), HasSubstr("generation: "));
  EXPECT_THAT(fault(edit({{"action", "upscale"}, {"generation", "../credits"}})), HasSubstr("generation: "));
}

TEST_F(RequestTest, TheInputMustBeWithinReachAndShortEnough) {
  ProviderRequest wanted = request(edit());
  wanted.input = "/home/clip.mp4";
  EXPECT_THAT(fault(wanted), HasSubstr("https address"));
  wanted.input = "";
  wanted.input_duration = std::chrono::seconds(11);
  EXPECT_THAT(fault(wanted), HasSubstr("at most 10 s"));
  wanted.params = edit({{"model", "ray-flash-2"}}).dump();
  EXPECT_EQ(fault(wanted), "no fault");
  wanted.input = std::nullopt;
  EXPECT_THAT(fault(wanted), HasSubstr("needs an input"));
}

TEST_F(RequestTest, OnlyModifyTakesAPart) {
  EXPECT_EQ(fault(request(edit({{"during", "4s..7s"}}))), "no fault");
  EXPECT_THAT(fault(request(edit({{"action", "reframe"}, {"aspect-ratio", "1:1"}, {"during", "4s..7s"}}))),
              HasSubstr("during: reframe changes all of the clip"));
}

TEST_F(RequestTest, SaysWhetherTheInputIsNeeded) {
  const auto takes = [](const Json& params) {
    return LumaProvider(nullptr).limits(prepared(params).dump()).takes_input;
  };
  EXPECT_TRUE(takes(edit()));
  EXPECT_TRUE(takes(edit({{"api", "agents"}})));
  EXPECT_FALSE(takes(edit({{"api", "agents"}, {"generation", "abc"}})));
  EXPECT_FALSE(takes(edit({{"action", "upscale"}, {"generation", "abc"}})));
  EXPECT_FALSE(takes(clip()));
}

TEST_F(RequestTest, WhatAnEmulatorMakesIsAnotherRequest) {
  setenv("LUMAAI_BASE_URL", "http://127.0.0.1:1/dream-machine/v1", 1);
  const Json emulated = prepared(clip());
  EXPECT_EQ(LumaProvider(nullptr).limits(emulated.dump()).service, "Luma Dream Machine (emulator)");
  unsetenv("LUMAAI_BASE_URL");
  const Json real = prepared(clip());
  EXPECT_NE(emulated, real);
  EXPECT_EQ(emulated["body"], real["body"]);
  EXPECT_EQ(LumaProvider(nullptr).limits(real.dump()).service, "Luma Dream Machine");
}

TEST_F(RequestTest, EstimatesWhatIsPublished) {
  const auto cents = [](const Json& params) { return LumaProvider(nullptr).estimate(prepared(params).dump()).cents; };
  EXPECT_DOUBLE_EQ(cents(clip()), 71);
  EXPECT_DOUBLE_EQ(cents(clip({{"model", "ray-flash-2"}, {"resolution", "540p"}, {"duration", 9'000'000'000}})),
                   14 * 9 / 5.0);
  EXPECT_DOUBLE_EQ(cents(clip({{"api", "agents"}, {"duration", 10'000'000'000}})), 200);
  EXPECT_DOUBLE_EQ(cents(edit({{"api", "agents"}})), 5 * 21.6);
  EXPECT_LT(cents(edit()), 0);
}

}  // namespace
