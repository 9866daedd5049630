#include "traits.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <set>
#include <sstream>
#include <string_view>

#include "param_schema.hpp"
#include "reel/plugin.h"

namespace reel::catalog {
namespace {

using model::Contract;
using model::StageRole;
using model::StageTraits;

/// GStreamer's own elements of which it is known that picture or sound t depends on t alone.
constexpr std::array<std::string_view, 20> pointwise_elements{
    "agingtv",      "alpha",        "audioamplify", "audiobalance", "audioconvert", "audiopanorama", "chromahold",
    "clockoverlay", "coloreffects", "gamma",        "gaussianblur", "identity",     "textoverlay",   "timeoverlay",
    "videobalance", "videobox",     "videoconvert", "videocrop",    "videoflip",    "volume"};

struct Kinds {
  bool video = false, audio = false, any = false, other = false;
};

Kinds kinds_of(GstStaticPadTemplate* pad) {
  Kinds kinds;
  GstCaps* const caps = gst_static_pad_template_get_caps(pad);
  kinds.any = gst_caps_is_any(caps) != FALSE;
  for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
    const std::string_view name = gst_structure_get_name(gst_caps_get_structure(caps, i));
    if (name == "video/x-raw")
      kinds.video = true;
    else if (name == "audio/x-raw")
      kinds.audio = true;
    else
      kinds.other = true;
  }
  gst_caps_unref(caps);
  return kinds;
}

template <class F>
void each_pad(GstElementFactory* factory, F f) {
  for (const GList* item = gst_element_factory_get_static_pad_templates(factory); item != nullptr; item = item->next) {
    auto* const pad = static_cast<GstStaticPadTemplate*>(item->data);
    f(*pad, kinds_of(pad));
  }
}

struct Sides {
  Kinds in, out;
  int sinks = 0, sources = 0;
  bool many = false;
};

Sides sides_of(GstElementFactory* factory) {
  Sides sides;
  each_pad(factory, [&](const GstStaticPadTemplate& pad, const Kinds& kinds) {
    const bool sink = pad.direction == GST_PAD_SINK;
    ++(sink ? sides.sinks : sides.sources);
    Kinds& side = sink ? sides.in : sides.out;
    side.video |= kinds.video, side.audio |= kinds.audio, side.any |= kinds.any, side.other |= kinds.other;
    if (sink && pad.presence == GST_PAD_REQUEST &&
        std::string_view(pad.name_template).find("%u") != std::string_view::npos)
      sides.many = true;
  });
  // A pad that takes anything passes on what the pipeline is about: the picture.
  const auto settle = [](Kinds& k) { k.video |= k.any && !k.audio; };
  settle(sides.in);
  settle(sides.out);
  return sides;
}

std::string metadata(GstElementFactory* factory, const char* key) {
  const gchar* const text = gst_element_factory_get_metadata(factory, key);
  return text != nullptr ? text : "";
}

StageRole role_of(GstElementFactory* factory, const Sides& sides) {
  const std::string said = metadata(factory, REEL_META_ROLE);
  for (const StageRole role : {StageRole::source, StageRole::filter, StageRole::join, StageRole::sink})
    if (said == model::name(role)) return role;
  if (sides.sinks == 0) return StageRole::source;
  if (sides.sources == 0) return StageRole::sink;
  return sides.many ? StageRole::join : StageRole::filter;
}

int max_inputs(const std::string& said) { return said.empty() ? 64 : std::max(2, std::atoi(said.c_str())); }

Contract contract_of(GstElementFactory* factory, const std::string& name, const char* key, bool touched, bool foreign) {
  if (!touched) return {};
  if (foreign && std::ranges::find(pointwise_elements, std::string_view(name).substr(4)) != pointwise_elements.end())
    return {Contract::Kind::pointwise, 0, 0, "", "", ""};
  return parse_contract(metadata(factory, key));
}

/// Properties that are GStreamer's plumbing rather than what the element is about.
bool is_plumbing(const GParamSpec* spec) {
  static const std::set<std::string_view> owners{
      "GstObject",  "GstElement",  "GstBin",        "GstBaseTransform",   "GstBaseSrc",
      "GstPushSrc", "GstBaseSink", "GstAggregator", "GstVideoAggregator", "GstAudioAggregator"};
  const bool for_host =
      g_param_spec_get_qdata(const_cast<GParamSpec*>(spec), g_quark_from_static_string(REEL_QDATA_HOST)) != nullptr;
  return for_host || owners.contains(g_type_name(spec->owner_type)) ||
         std::string_view(spec->name) == REEL_PROPERTY_DURING;
}

void read_properties(GstElementFactory* factory, StageTraits& traits) {
  GstPluginFeature* const loaded = gst_plugin_feature_load(GST_PLUGIN_FEATURE(factory));
  if (loaded == nullptr) return;
  gpointer const klass = g_type_class_ref(gst_element_factory_get_element_type(GST_ELEMENT_FACTORY(loaded)));
  guint count = 0;
  GParamSpec** const specs = g_object_class_list_properties(G_OBJECT_CLASS(klass), &count);
  for (guint i = 0; i < count; ++i) {
    if (std::string_view(specs[i]->name) == REEL_PROPERTY_DURING && !traits.plugin.empty())
      traits.handles_during = true;
    if (is_plumbing(specs[i])) continue;
    if (auto param = param_schema(specs[i])) traits.params.push_back(*std::move(param));
  }
  g_free(specs);
  g_type_class_unref(klass);
  gst_object_unref(loaded);
}

}  // namespace

std::string stage_name(const std::string& factory, const std::string& vendor) {
  const std::string rest = factory.substr(vendor.size() + 1);
  return vendor == "reel" ? rest : vendor + "/" + rest;
}

Contract parse_contract(const std::string& text) {
  std::istringstream in(text);
  std::string kind;
  in >> kind;
  Contract contract;
  contract.kind = Contract::Kind::whole;
  if (kind == "pointwise") contract.kind = Contract::Kind::pointwise;
  if (kind == "window" && in >> contract.before >> contract.after && contract.before >= 0 && contract.after >= 0)
    contract.kind = Contract::Kind::window;
  if (kind != "retime" && kind != "pointwise" && kind != "window") return contract;
  for (std::string word; in >> word;) {
    const auto equals = word.find('=');
    const std::string key = word.substr(0, equals), value = equals == std::string::npos ? "" : word.substr(equals + 1);
    std::string* const into = key == "from-begin"  ? &contract.from_begin
                              : key == "edges"     ? &contract.edges
                              : key == "sides"     ? &contract.sides
                              : key == "keep"      ? &contract.keep
                              : key == "remove"    ? &contract.remove
                              : key == "rate"      ? &contract.rate
                              : key == "append"    ? &contract.append
                              : key == "hold"      ? &contract.hold
                              : key == "length"    ? &contract.length
                              : key == "crossfade" ? &contract.crossfade
                                                   : nullptr;
    const bool fits =
        (kind == "pointwise") == (key == "edges" || key == "sides") && (kind == "window") == (key == "from-begin");
    if (into == nullptr || value.empty() || !fits) return Contract{.kind = Contract::Kind::whole};
    *into = value;
  }
  if (kind == "retime") contract.kind = Contract::Kind::retime;
  return contract;
}

StageTraits stage_traits(GstElementFactory* factory, const std::string& name, const std::string& plugin) {
  StageTraits traits;
  traits.name = name;
  traits.factory = GST_OBJECT_NAME(factory);
  traits.plugin = plugin;
  traits.title = metadata(factory, GST_ELEMENT_METADATA_LONGNAME);
  traits.summary = metadata(factory, GST_ELEMENT_METADATA_DESCRIPTION);
  std::istringstream words(metadata(factory, REEL_META_SYNONYMS));
  for (std::string word; std::getline(words, word, ',');) traits.synonyms.push_back(word);
  const Sides sides = sides_of(factory);
  traits.role = role_of(factory, sides);
  traits.takes_video = sides.in.video, traits.takes_audio = sides.in.audio;
  traits.gives_video = sides.out.video, traits.gives_audio = sides.out.audio;
  if (traits.role == StageRole::source) traits.min_inputs = traits.max_inputs = 0;
  if (traits.role == StageRole::join)
    traits.min_inputs = 2, traits.max_inputs = max_inputs(metadata(factory, REEL_META_MAX_INPUTS));
  const bool foreign = plugin.empty();
  if (traits.role == StageRole::sink && sides.many && !foreign)
    traits.max_inputs = max_inputs(metadata(factory, REEL_META_MAX_INPUTS));
  traits.video =
      contract_of(factory, name, REEL_META_VIDEO_CONTRACT, traits.takes_video || traits.gives_video, foreign);
  traits.audio =
      contract_of(factory, name, REEL_META_AUDIO_CONTRACT, traits.takes_audio || traits.gives_audio, foreign);
  traits.allows_during =
      metadata(factory, REEL_META_DURING) != "no" && traits.role != StageRole::source && traits.role != StageRole::sink;
  if (foreign && traits.role == StageRole::join) traits.allows_during = false;
  read_properties(factory, traits);
  return traits;
}

std::string no_stage_because(GstElementFactory* factory) {
  const Sides sides = sides_of(factory);
  const std::string name = GST_OBJECT_NAME(factory);
  if (sides.sinks + sides.sources == 0) return "the element " + name + " has no pads, so nothing can flow through it";
  // What stands at an end and handles bytes would read and write past `source` and `sink`, and the policy for addresses.
  const std::string klass = metadata(factory, GST_ELEMENT_METADATA_KLASS);
  const bool media = klass.find("Video") != std::string::npos || klass.find("Audio") != std::string::npos;
  if (sides.sinks == 0 && sides.out.any && !media)
    return "the element " + name + " gives bytes of any kind, not pictures or sound; `source` reads files";
  if (sides.sources == 0 && sides.in.any && !media && name != "fakesink")
    return "the element " + name + " takes bytes of any kind, not pictures or sound; `sink` writes files";
  const auto raw = [](const Kinds& k, int pads) { return pads == 0 || k.video || k.audio; };
  if (!raw(sides.in, sides.sinks))
    return "the element " + name + " does not take raw pictures or sound, as stages do; `source` decodes by itself";
  if (!raw(sides.out, sides.sources))
    return "the element " + name + " does not give raw pictures or sound, as stages do; `sink` encodes by itself";
  return {};
}

}  // namespace reel::catalog
