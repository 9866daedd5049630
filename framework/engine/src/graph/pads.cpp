#include <algorithm>
#include <array>
#include <string_view>

#include "graph/graph.hpp"

namespace reel::engine {
namespace {

bool fits(GstCaps* caps, Kind kind) {
  if (caps == nullptr) return false;
  if (gst_caps_is_any(caps) != FALSE) return true;
  const std::string prefix = std::string(name(kind)) + "/";
  for (guint i = 0; i < gst_caps_get_size(caps); ++i)
    if (std::string_view(gst_structure_get_name(gst_caps_get_structure(caps, i))).starts_with(prefix)) return true;
  return false;
}

gst::PadPtr static_pad(GstElement* element, const std::string& pad_name, GstPadDirection direction, Kind kind) {
  gst::PadPtr pad(gst_element_get_static_pad(element, pad_name.c_str()));
  if (!pad || gst_pad_get_direction(pad.get()) != direction || gst_pad_is_linked(pad.get()) != FALSE) return nullptr;
  const gst::CapsPtr caps(gst_pad_get_pad_template_caps(pad.get()));
  return fits(caps.get(), kind) ? std::move(pad) : nullptr;
}

gst::PadPtr request(GstElement* element, const std::string& template_name, const std::string& pad_name, Kind kind) {
  GstPadTemplate* const made_from = gst_element_get_pad_template(element, template_name.c_str());
  if (made_from == nullptr || GST_PAD_TEMPLATE_PRESENCE(made_from) != GST_PAD_REQUEST) return nullptr;
  if (!fits(GST_PAD_TEMPLATE_CAPS(made_from), kind)) return nullptr;
  return gst::PadPtr(gst_element_request_pad(element, made_from, pad_name.c_str(), nullptr));
}

/// A foreign element may call its pads as it likes.
gst::PadPtr any_static_pad(GstElement* element, GstPadDirection direction, Kind kind) {
  const GList* const pads = direction == GST_PAD_SINK ? element->sinkpads : element->srcpads;
  for (const GList* at = pads; at != nullptr; at = at->next) {
    gst::PadPtr pad = gst::shared(GST_PAD(at->data));
    if (auto found = static_pad(element, GST_PAD_NAME(pad.get()), direction, kind)) return found;
  }
  return nullptr;
}

}  // namespace

gst::PadPtr input_pad(GstElement* element, Kind kind, std::size_t n) {
  const std::string of_kind = std::string(name(kind)) + "_sink", index = "_" + std::to_string(n);
  for (const std::string& base : {of_kind, std::string("sink")}) {
    if (auto pad = static_pad(element, base + index, GST_PAD_SINK, kind)) return pad;
    if (auto pad = request(element, base + "_%u", base + index, kind)) return pad;
    if (n > 0) continue;
    if (auto pad = static_pad(element, base, GST_PAD_SINK, kind)) return pad;
    if (auto pad = request(element, base, base, kind)) return pad;
  }
  return any_static_pad(element, GST_PAD_SINK, kind);
}

gst::PadPtr output_pad(GstElement* element, Kind kind) {
  for (const std::string& pad_name : {std::string(name(kind)) + "_src", std::string("src")})
    if (auto pad = static_pad(element, pad_name, GST_PAD_SRC, kind)) return pad;
  return any_static_pad(element, GST_PAD_SRC, kind);
}

std::optional<Kind> kind_of(GstPad* pad) {
  const std::string_view pad_name = GST_PAD_NAME(pad);
  for (const Kind kind : both_kinds)
    if (pad_name.starts_with(name(kind))) return kind;
  gst::CapsPtr caps(gst_pad_get_current_caps(pad));
  if (!caps) caps.reset(gst_pad_query_caps(pad, nullptr));
  if (!caps || gst_caps_is_any(caps.get()) != FALSE) return std::nullopt;
  for (const Kind kind : both_kinds)
    if (fits(caps.get(), kind)) return kind;
  return std::nullopt;
}

}  // namespace reel::engine
