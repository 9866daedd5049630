#include "graph/failures.hpp"

#include <gst/pbutils/pbutils.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "reel/base/log.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {
namespace {

/// Debian's package for what GStreamer misses, as far as its description tells.
std::string package_for(std::string_view missing) {
  struct Known {
    std::string_view word;
    const char* packages;
  };
  static constexpr std::array known{
      Known{"x264", "gstreamer1.0-plugins-ugly"}, Known{"x265", "gstreamer1.0-plugins-bad"},
      Known{"H.264", "gstreamer1.0-libav"},       Known{"H.265", "gstreamer1.0-libav"},
      Known{"HEVC", "gstreamer1.0-libav"},        Known{"AAC", "gstreamer1.0-libav"},
      Known{"AV1", "gstreamer1.0-plugins-bad"},   Known{"VP9", "gstreamer1.0-plugins-good"},
      Known{"VP8", "gstreamer1.0-plugins-good"},  Known{"Opus", "gstreamer1.0-plugins-base"},
      Known{"ProRes", "gstreamer1.0-libav"}};
  for (const Known& k : known)
    if (missing.find(k.word) != std::string_view::npos) return std::string("apt install ") + k.packages;
  return "apt install gstreamer1.0-libav gstreamer1.0-plugins-good gstreamer1.0-plugins-bad "
         "gstreamer1.0-plugins-ugly";
}

/// "Internal data stream error": an element only reports that its neighbour refused its data.
bool only_reports(const GError& error, const std::string& debug) {
  return g_error_matches(&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED) != FALSE &&
         debug.find("streaming stopped, reason") != std::string::npos;
}

std::string printable_text(const char* text) { return base::redacted(base::printable(text != nullptr ? text : "")); }

/// A link where one side says what it sends, and the other side never took it.
struct Refusal {
  gst::PadPtr giver, taker;
};

Refusal find_refusal(GstElement* graph) {
  Refusal found;
  gst::for_each_element(GST_BIN(graph), [&](GstElement* element) {
    GST_OBJECT_LOCK(element);
    for (const GList* at = element->sinkpads; at != nullptr && !found.taker; at = at->next) {
      auto* const pad = GST_PAD(at->data);
      const gst::PadPtr peer(GST_PAD_PEER(pad) != nullptr ? gst::shared(GST_PAD_PEER(pad)) : nullptr);
      if (!peer) continue;
      const gst::CapsPtr given(gst_pad_get_current_caps(peer.get())), taken(gst_pad_get_current_caps(pad));
      if (given && !taken) found = {gst::shared(peer.get()), gst::shared(pad)};
    }
    GST_OBJECT_UNLOCK(element);
  });
  return found;
}

/// Our converters stand before each stage, so what they cannot reach is what the stage wants.
GstObject* stage_object(GstPad* pad) { return GST_OBJECT_PARENT(pad); }

std::string disk_words(const GError& error) {
  return g_error_matches(&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT) != FALSE ? "the disk is full"
                                                                                                : "";
}

std::string hint_for(const GError& error) {
  if (error.domain == GST_RESOURCE_ERROR) switch (error.code) {
      case GST_RESOURCE_ERROR_NO_SPACE_LEFT:
        return "free some space, or write to another disk";
      case GST_RESOURCE_ERROR_NOT_FOUND:
        return "check the path";
      case GST_RESOURCE_ERROR_OPEN_WRITE:
      case GST_RESOURCE_ERROR_OPEN_READ_WRITE:
        return "check that its folder exists and is writable";
      default:
        return {};
    }
  if (error.domain == GST_STREAM_ERROR) switch (error.code) {
      case GST_STREAM_ERROR_DECODE:
      case GST_STREAM_ERROR_DEMUX:
        return "the input is damaged there; check it with 'reel probe'";
      case GST_STREAM_ERROR_DECRYPT:
      case GST_STREAM_ERROR_DECRYPT_NOKEY:
        return "the input is encrypted; use a copy that is not";
      default:
        return {};
    }
  return {};
}

}  // namespace

StageError stage_error(const model::Stage& stage, const std::string& what, const std::string& hint,
                       const std::string& detail) {
  return StageError(base::redacted(what), base::redacted(hint), stage.id, stage.mark, base::redacted(detail));
}

void Failures::note(GstMessage* message) {
  if (gst_is_missing_plugin_message(message) != FALSE) {
    const gst::TextPtr words(gst_missing_plugin_message_get_description(message));
    missing_.push_back(printable_text(words.get()));
    return;
  }
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR) return;
  GError* error = nullptr;
  gchar* debug = nullptr;
  gst_message_parse_error(message, &error, &debug);
  errors_.push_back({gst::stage_of(GST_MESSAGE_SRC(message)), gst::Ptr<GError>(error), printable_text(debug)});
  g_free(debug);
}

const Failures::Error& Failures::cause() const {
  const auto real = std::ranges::find_if(errors_, [](const Error& e) { return !only_reports(*e.error, e.debug); });
  return real != errors_.end() ? *real : errors_.front();
}

StageError Failures::at(int stage, const std::string& what, const std::string& hint, const std::string& detail) const {
  if (stage < 0) return StageError(what, hint, "", {}, detail);
  return stage_error(pipeline_.stages[static_cast<std::size_t>(stage)], what, hint, detail);
}

StageError Failures::explain(GstElement* graph) const {
  const Error& error = cause();
  const std::string words = printable_text(error.error->message), detail = words + " (" + error.debug + ")";
  if (!missing_.empty())
    return at(error.stage, "this machine has no " + base::join_words(missing_), package_for(missing_.front()), detail);
  const bool reports = only_reports(*error.error, error.debug);
  const bool negotiation = (reports && error.debug.find("not-negotiated") != std::string::npos) ||
                           g_error_matches(error.error.get(), GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION) != FALSE;
  if (negotiation) {
    if (const Refusal refusal = find_refusal(graph); refusal.taker) {
      const gst::CapsPtr given(gst_pad_get_current_caps(refusal.giver.get())),
          wanted(gst_pad_query_caps(refusal.taker.get(), nullptr));
      const int taker = gst::stage_of(stage_object(refusal.taker.get())),
                giver = gst::stage_of(stage_object(refusal.giver.get()));
      const std::string taker_id = gst::stage_id_of(stage_object(refusal.taker.get()));
      const std::string from =
          giver >= 0 && giver != taker ? gst::stage_id_of(stage_object(refusal.giver.get())) : "the stage before it";
      return at(taker,
                "'" + taker_id + "' cannot work with what '" + from + "' gives: it gets " + describe_caps(given.get()) +
                    ", but takes " + describe_caps(wanted.get()),
                "put a stage between them that converts, such as scale or crop", detail);
    }
    return at(error.stage,
              "the stages around '" +
                  std::string(error.stage >= 0 ? pipeline_.stages[static_cast<std::size_t>(error.stage)].id : "?") +
                  "' do not agree on a format",
              "if no format was asked for, the input may be damaged; see what GStreamer says with: reel -vv run",
              detail);
  }
  if (reports && error.debug.find("not-linked") != std::string::npos)
    return at(error.stage, "nothing takes what this stage gives", "add a stage or a sink after it", detail);
  if (reports) return at(error.stage, "the data stopped flowing here", "see why with: reel -vv run", detail);
  if (const std::string disk = disk_words(*error.error); !disk.empty())
    return at(error.stage, disk, hint_for(*error.error), detail);
  return at(error.stage, words, hint_for(*error.error), detail);
}

std::string warning_text(GstMessage* message) {
  GError* raw = nullptr;
  gchar* debug = nullptr;
  gst_message_parse_warning(message, &raw, &debug);
  const gst::Ptr<GError> error(raw);
  g_free(debug);
  return printable_text(error ? error->message : "");
}

std::string describe_caps(GstCaps* caps) {
  if (caps == nullptr || gst_caps_is_empty(caps) != FALSE) return "nothing that fits";
  if (gst_caps_is_any(caps) != FALSE) return "anything";
  const GstStructure* const s = gst_caps_get_structure(caps, 0);
  const std::string_view media = gst_structure_get_name(s);
  std::string text = media.starts_with("video/")   ? "pictures"
                     : media.starts_with("audio/") ? "sound"
                                                   : std::string(media);
  int width = 0, height = 0, rate = 0, channels = 0;
  if (gst_structure_get_int(s, "width", &width) != FALSE && gst_structure_get_int(s, "height", &height) != FALSE)
    text += " of " + std::to_string(width) + "x" + std::to_string(height);
  if (const GValue* const format = gst_structure_get_value(s, "format"); format != nullptr) {
    const gst::TextPtr shown(gst_value_serialize(format));
    std::string formats = shown.get();
    std::erase_if(formats, [](char c) { return c == '"'; });
    if (formats.size() > 80) formats = formats.substr(0, 77) + "…";
    text += " in " + formats;
  }
  if (gst_structure_get_int(s, "rate", &rate) != FALSE) text += " at " + std::to_string(rate) + " Hz";
  if (gst_structure_get_int(s, "channels", &channels) != FALSE)
    text += ", " + base::counted(static_cast<std::uint64_t>(channels), "channel");
  return text;
}

}  // namespace reel::engine
