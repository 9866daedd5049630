#include "reel/catalog/catalog.hpp"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "traits.hpp"

namespace reel::catalog {
namespace {

namespace fs = std::filesystem;

fs::path broken(const std::string& name) {
  return fs::path(std::getenv("REEL_BUILD_DIR")) / "tests/plugins_broken" / name;
}

/// The catalogue of the folders of those plugins. GStreamer's registry is the process's, so each test makes
/// one.
Catalog load(const std::vector<std::string>& names, Policy policy = {}) {
  gst_init(nullptr, nullptr);
  CatalogOptions options;
  for (const std::string& name : names) options.folders.push_back(broken(name));
  options.policy = std::move(policy);
  options.host_version = "0.1.0";
  options.open_timeout = std::chrono::milliseconds(500);
  return Catalog(options);
}

std::string refusal(const std::string& name) {
  const Catalog catalog = load({name});
  EXPECT_EQ(catalog.plugins().size(), 1U);
  EXPECT_TRUE(catalog.stages().empty());
  return catalog.plugins().empty() ? "nothing found" : catalog.plugins()[0].refused;
}

TEST(Catalog, loads_a_good_plugin) {
  const Catalog catalog = load({"good", "no-such-folder"});
  ASSERT_EQ(catalog.plugins().size(), 1U);
  const PluginInfo& plugin = catalog.plugins()[0];
  EXPECT_EQ(plugin.refused, "");
  EXPECT_EQ(plugin.id, "org.example.good");
  EXPECT_EQ(plugin.version, "1.2.3");
  EXPECT_EQ(plugin.stages, std::vector<std::string>{"good/thing"});
  ASSERT_NE(catalog.find("good/thing"), nullptr);
  EXPECT_EQ(catalog.find("good/thing")->factory, "good-thing");
  EXPECT_NE(catalog.extension("org.example.good", "x/1"), nullptr);
  EXPECT_EQ(catalog.extension("org.example.good", "y/1"), nullptr);
  EXPECT_EQ(catalog.extension("org.example.other", "x/1"), nullptr);
}

TEST(Catalog, refuses_another_abi_with_both_versions) {
  EXPECT_EQ(refusal("older-abi"),
            "it was built for plugin ABI 0.9, and this Reelwork speaks 1.0: ask its vendor for a newer build");
}

TEST(Catalog, refuses_a_newer_abi) {
  EXPECT_EQ(refusal("newer-abi"),
            "it was built for plugin ABI 1.1, and this Reelwork speaks 1.0: update Reelwork, or ask its "
            "vendor for an older build");
}

TEST(Catalog, refuses_what_has_no_entry) {
  EXPECT_EQ(refusal("no-entry"), "it has no symbol `reel_plugin_entry`, so it is no Reelwork plugin");
}

TEST(Catalog, refuses_what_is_no_library) { EXPECT_EQ(refusal("not-a-library"), "it is no shared library"); }

TEST(Catalog, names_a_library_that_is_missing) {
  // The build leaves it in place; hidden, it is as if it had been removed.
  const fs::path library = fs::path(std::getenv("REEL_BUILD_DIR")) / "tests/gone/libgone.so";
  EXPECT_TRUE(fs::exists(library));
  EXPECT_EQ(refusal("missing-library"), "it needs the library libgone.so, which is not installed");
}

TEST(Catalog, refuses_a_stage_without_its_vendors_prefix) {
  EXPECT_EQ(refusal("wrong-prefix"),
            "its stage 'other-thing' lacks the vendor's prefix: expected a name like prefix-other-thing");
  EXPECT_EQ(gst_element_factory_find("other-thing"), nullptr);
}

TEST(Catalog, catches_what_a_plugin_throws) {
  EXPECT_EQ(refusal("throws"), "its open() threw an exception, which must not cross the boundary");
}

TEST(Catalog, goes_on_when_open_never_returns) {
  const Catalog catalog = load({"never-returns", "good"});
  ASSERT_EQ(catalog.plugins().size(), 2U);
  EXPECT_EQ(catalog.plugins()[0].refused, "its open() does not return: it was given up after 500 ms");
  EXPECT_EQ(catalog.plugins()[1].refused, "");
  EXPECT_TRUE(catalog.stuck());
  EXPECT_NE(catalog.find("good/thing"), nullptr);
  // The plugin's thread never ends, so this process must not wait for it.
  std::quick_exit(testing::Test::HasFailure() ? 1 : 0);
}

TEST(Catalog, uses_nothing_when_loading_never_ends) {
  // The loader's lock is held for ever: whoever loads anything more waits for ever.
  const Catalog catalog = load({"good", "never-loads", "no-stage"});
  ASSERT_EQ(catalog.plugins().size(), 3U);
  const std::string why = "loading the plugin " + (broken("never-loads") / "never-loads.so").string() +
                          " does not come to an end, and this program can load nothing after it: remove it";
  EXPECT_EQ(catalog.plugins()[0].refused, "it is not used: " + why);
  EXPECT_EQ(catalog.plugins()[1].refused, "loading it does not come to an end: it was given up after 500 ms");
  EXPECT_EQ(catalog.plugins()[2].refused, "it is not used: " + why);
  EXPECT_TRUE(catalog.stuck());
  EXPECT_TRUE(catalog.stages().empty());
  for (const char* const name : {"good/thing", "gst/videoflip"}) {
    EXPECT_EQ(catalog.find(name), nullptr);
    EXPECT_EQ(catalog.why_not(name), why);
  }
  std::quick_exit(testing::Test::HasFailure() ? 1 : 0);
}

TEST(Catalog, passes_on_a_plugins_own_error) { EXPECT_EQ(refusal("returns-error"), "the dongle is not plugged in"); }

TEST(Catalog, refuses_empty_fields) { EXPECT_EQ(refusal("null-fields"), "its field `id` is empty"); }

TEST(Catalog, refuses_a_plugin_without_stages) {
  EXPECT_EQ(refusal("no-stage"), "it registers no stage, and has no extension that this Reelwork knows");
}

TEST(Catalog, keeps_the_first_of_two_stages_with_one_name) {
  const Catalog catalog = load({"good", "clashing-stage"});
  ASSERT_EQ(catalog.plugins().size(), 2U);
  EXPECT_EQ(catalog.plugins()[1].refused, "its stage 'good-thing' has the name of one that is there already, of good");
  GstElementFactory* const factory = gst_element_factory_find("good-thing");
  ASSERT_NE(factory, nullptr);
  GstPlugin* const owner = gst_plugin_feature_get_plugin(GST_PLUGIN_FEATURE(factory));
  EXPECT_STREQ(gst_plugin_get_name(owner), "good");
  gst_object_unref(owner);
  gst_object_unref(factory);
  EXPECT_EQ(gst_element_factory_find("good-other"), nullptr);
  EXPECT_EQ(catalog.why_not("good/other"), "the plugin " + broken("clashing-stage").string() +
                                               "/clashing-stage.so is refused: " + catalog.plugins()[1].refused);
}

TEST(Catalog, refuses_the_same_id_twice) {
  const Catalog catalog = load({"good", "good"});
  EXPECT_EQ(catalog.plugins().size(), 1U);  // the same file is looked at once
}

TEST(Catalog, knows_elements_of_gstreamer) {
  const Catalog catalog = load({});
  const model::StageTraits* const flip = catalog.find("gst/videoflip");
  ASSERT_NE(flip, nullptr);
  EXPECT_EQ(flip->role, model::StageRole::filter);
  EXPECT_TRUE(flip->takes_video);
  EXPECT_FALSE(flip->takes_audio);
  EXPECT_EQ(flip->video.kind, model::Contract::Kind::pointwise);
  EXPECT_FALSE(flip->handles_during);
  EXPECT_TRUE(flip->allows_during);
  ASSERT_NE(flip->param("video-direction"), nullptr);
  EXPECT_EQ(flip->param("video-direction")->type, model::ParamType::choice);
  EXPECT_EQ(flip->param("qos"), nullptr);
  EXPECT_EQ(flip->param("name"), nullptr);

  const model::StageTraits* const volume = catalog.find("gst/volume");
  ASSERT_NE(volume, nullptr);
  EXPECT_TRUE(volume->takes_audio);
  EXPECT_EQ(volume->param("volume")->maximum, 10.0);
  EXPECT_TRUE(volume->param("volume")->animatable);

  EXPECT_EQ(catalog.find("gst/compositor")->role, model::StageRole::join);
  EXPECT_EQ(catalog.find("gst/videotestsrc")->role, model::StageRole::source);
  EXPECT_EQ(catalog.find("gst/fakesink")->role, model::StageRole::sink);
}

TEST(Catalog, says_why_an_element_is_no_stage) {
  const Catalog catalog = load({});
  EXPECT_EQ(catalog.find("gst/x264enc"), nullptr);
  EXPECT_EQ(catalog.why_not("gst/x264enc"),
            "the element x264enc does not give raw pictures or sound, as stages do; `sink` encodes by itself");
  EXPECT_EQ(catalog.why_not("gst/qtdemux"),
            "the element qtdemux does not take raw pictures or sound, as stages do; `source` decodes by itself");
  for (const char* const name : {"filesrc", "giosrc", "appsrc", "uridecodebin", "fakesrc"}) {
    EXPECT_EQ(catalog.find(std::string("gst/") + name), nullptr);
    EXPECT_EQ(
        catalog.why_not(std::string("gst/") + name),
        std::string("the element ") + name + " gives bytes of any kind, not pictures or sound; `source` reads files");
  }
  for (const char* const name : {"filesink", "giosink", "multifilesink", "udpsink"}) {
    EXPECT_EQ(catalog.find(std::string("gst/") + name), nullptr);
    EXPECT_EQ(
        catalog.why_not(std::string("gst/") + name),
        std::string("the element ") + name + " takes bytes of any kind, not pictures or sound; `sink` writes files");
  }
  EXPECT_NE(catalog.find("gst/autovideosink"), nullptr);
  EXPECT_EQ(catalog.find("gst/no-such"), nullptr);
  EXPECT_EQ(catalog.why_not("gst/no-such"), "");
  EXPECT_EQ(catalog.why_not("no-such"), "");
}

TEST(Catalog, obeys_its_policy) {
  Policy policy;
  policy.deny_stages = {"gst/*"};
  const Catalog catalog = load({"good"}, policy);
  EXPECT_EQ(catalog.find("gst/videoflip"), nullptr);
  EXPECT_EQ(catalog.why_not("gst/videoflip"),
            "the policy of this installation does not allow the stage 'gst/videoflip'");
  EXPECT_NE(catalog.find("good/thing"), nullptr);
}

TEST(Catalog, an_element_is_no_way_round_its_stage) {
  const Catalog catalog = load({"good"});
  for (const char* const name : {"gst/good-thing", "reel/gst/good-thing"}) {
    EXPECT_EQ(catalog.find(name), nullptr);
    EXPECT_EQ(catalog.why_not(name), "the element good-thing is the stage 'good/thing': write `uses: good/thing`");
  }
  const auto foreign = catalog.foreign_names();
  EXPECT_EQ(std::ranges::count(foreign, "gst/good-thing"), 0);
  EXPECT_EQ(std::ranges::count(foreign, "gst/videoflip"), 1);
}

TEST(Catalog, an_element_is_no_way_round_its_policy) {
  Policy policy;
  policy.deny_stages = {"good/*"};
  const Catalog catalog = load({"good"}, policy);
  EXPECT_EQ(catalog.find("good/thing"), nullptr);
  EXPECT_EQ(catalog.find("gst/good-thing"), nullptr);
  EXPECT_EQ(std::ranges::count(catalog.foreign_names(), "gst/good-thing"), 0);
}

TEST(Policy, knows_prefixes_and_denials) {
  Policy policy;
  policy.allow_stages = {"blur", "acme/*"};
  policy.deny_stages = {"acme/bad"};
  policy.deny_schemes = {"http"};
  EXPECT_EQ(policy.refuse_stage("blur"), "");
  EXPECT_EQ(policy.refuse_stage("reel/blur"), "");
  EXPECT_EQ(policy.refuse_stage("acme/good"), "");
  EXPECT_NE(policy.refuse_stage("acme/bad"), "");
  EXPECT_NE(policy.refuse_stage("cut"), "");
  EXPECT_EQ(policy.refuse_uri("/tmp/a.mp4"), "");
  EXPECT_EQ(policy.refuse_uri("http://a/b"), "the policy of this installation does not allow the URI scheme 'http'");
}

TEST(Contract, is_read_from_its_text) {
  using Kind = model::Contract::Kind;
  EXPECT_EQ(parse_contract("pointwise"), (model::Contract{Kind::pointwise, 0, 0, "", "", ""}));
  EXPECT_EQ(parse_contract("window 2 3"), (model::Contract{Kind::window, 2, 3, "", "", ""}));
  EXPECT_EQ(parse_contract("window 2 3 from-begin=track,target"),
            (model::Contract{.kind = Kind::window, .before = 2, .after = 3, .from_begin = "track,target"}));
  EXPECT_EQ(parse_contract("retime keep=a remove=b"), (model::Contract{Kind::retime, 0, 0, "a", "b", ""}));
  EXPECT_EQ(parse_contract("retime rate=r"), (model::Contract{Kind::retime, 0, 0, "", "", "r"}));
  EXPECT_EQ(parse_contract("retime append=d"), (model::Contract{.kind = Kind::retime, .append = "d"}));
  EXPECT_EQ(parse_contract("retime hold=at length=l"),
            (model::Contract{.kind = Kind::retime, .hold = "at", .length = "l"}));
  EXPECT_EQ(parse_contract("retime keep=k crossfade=c"),
            (model::Contract{.kind = Kind::retime, .keep = "k", .crossfade = "c"}));
  EXPECT_EQ(parse_contract("pointwise edges=e sides=s"),
            (model::Contract{.kind = Kind::pointwise, .edges = "e", .sides = "s"}));
  for (const char* const text : {"", "whole", "window", "window -1 2", "retime x=y", "sometimes", "pointwise keep=k"})
    EXPECT_EQ(parse_contract(text).kind, Kind::whole) << text;
}

TEST(StageName, carries_the_vendor_of_third_parties) {
  EXPECT_EQ(stage_name("reel-blur", "reel"), "blur");
  EXPECT_EQ(stage_name("acme-soft-glow", "acme"), "acme/soft-glow");
}

}  // namespace
}  // namespace reel::catalog
