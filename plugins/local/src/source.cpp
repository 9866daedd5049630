#include "source.hpp"

#include <fcntl.h>
#include <gst/pbutils/pbutils.h>
#include <gst/video/video.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include "exif.hpp"
#include "media_origin.hpp"
#include "path.hpp"
#include "timeline.hpp"

namespace reel::local {
namespace {

enum class Kind { none, video, audio };

Kind kind_of(const GstCaps* caps) {
  if (caps == nullptr || gst_caps_is_empty(caps) != FALSE || gst_caps_is_any(caps) != FALSE) return Kind::none;
  const std::string_view name = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  if (name.starts_with("video/") || name.starts_with("image/")) return Kind::video;
  return name.starts_with("audio/") ? Kind::audio : Kind::none;
}

bool is_container(const GstCaps* caps) {
  GList* const all = gst_element_factory_list_get_elements(GST_ELEMENT_FACTORY_TYPE_DEMUXER, GST_RANK_MARGINAL);
  GList* const able = gst_element_factory_list_filter(all, caps, GST_PAD_SINK, FALSE);
  const bool found = able != nullptr;
  gst_plugin_feature_list_free(able);
  gst_plugin_feature_list_free(all);
  return found;
}

/// A file that is one picture; moving kinds of image files are not.
bool is_still(const std::string& media_type) {
  return media_type.starts_with("image/") && media_type != "image/gif" && media_type != "image/apng";
}

std::string id_of(GstPad* pad) {
  gchar* const id = gst_pad_get_stream_id(pad);
  std::string text = id != nullptr ? id : "";
  g_free(id);
  return text;
}

/// The stream of a kind that the container marks as its default, or the first.
std::string default_of(GstStreamCollection* streams, GstStreamType type) {
  std::string first;
  for (guint i = 0; i < gst_stream_collection_get_size(streams); ++i) {
    GstStream* const s = gst_stream_collection_get_stream(streams, i);
    if ((gst_stream_get_stream_type(s) & type) == 0 || gst_stream_get_stream_id(s) == nullptr) continue;
    if ((gst_stream_get_stream_flags(s) & GST_STREAM_FLAG_SELECT) != 0) return gst_stream_get_stream_id(s);
    if (first.empty()) first = gst_stream_get_stream_id(s);
  }
  return first;
}

/// The default stream of a kind as far as a demuxer's pad tells; empty if it does not.
std::string default_beside(GstPad* pad, Kind kind) {
  const EventPtr event(gst_pad_get_sticky_event(pad, GST_EVENT_STREAM_COLLECTION, 0));
  if (!event) return {};
  GstStreamCollection* streams = nullptr;
  gst_event_parse_stream_collection(event.get(), &streams);
  const std::string id = default_of(streams, kind == Kind::video ? GST_STREAM_TYPE_VIDEO : GST_STREAM_TYPE_AUDIO);
  gst_object_unref(streams);
  return id;
}

/// How much a container wants a stream to be played.
int rank_of(GstPad* pad) {
  const EventPtr event(gst_pad_get_sticky_event(pad, GST_EVENT_STREAM_START, 0));
  auto flags = GST_STREAM_FLAG_NONE;
  if (event) gst_event_parse_stream_flags(event.get(), &flags);
  return (flags & GST_STREAM_FLAG_SELECT) != 0 ? 3 : (flags & GST_STREAM_FLAG_UNSELECT) != 0 ? 1 : 2;
}

/// How pictures have to be turned to stand upright.
GstVideoOrientationMethod orientation_of(GstPad* pad) {
  auto method = GST_VIDEO_ORIENTATION_IDENTITY;
  for (guint i = 0;; ++i) {
    const EventPtr event(gst_pad_get_sticky_event(pad, GST_EVENT_TAG, i));
    if (!event) return method;
    GstTagList* tags = nullptr;
    gst_event_parse_tag(event.get(), &tags);
    gst_video_orientation_from_tag(tags, &method);
  }
}

bool can_take(GstElement* element, GstCaps* caps) {
  const PadPtr pad(gst_element_get_static_pad(element, "sink"));
  const CapsPtr able(gst_pad_get_pad_template_caps(pad.get()));
  return gst_caps_is_subset(caps, able.get()) != FALSE;
}

ElementPtr sunk(GstElement* element) { return ElementPtr(GST_ELEMENT(gst_object_ref_sink(element))); }

/// 29.97 means 30000/1001.
std::pair<int, int> fraction_of(double fps) {
  int n = 0, d = 1;
  if (gst_video_guess_framerate(static_cast<GstClockTime>(1e9 / fps + 0.5), &n, &d) == FALSE ||
      std::abs(double(n) / d - fps) > 0.005)
    gst_util_double_to_fraction(fps, &n, &d);
  return {n, d};
}

void check_file(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  const auto say = [&](const std::string& why) { return Error("cannot read '" + path + "': " + why); };
  if (status.type() == fs::file_type::not_found) throw say("there is no such file");
  if (error) throw say(error.message());
  if (fs::is_directory(status)) throw say("it is a folder; expected a media file");
  if (faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0) throw say(std::strerror(errno));
  if (fs::is_regular_file(status) && fs::file_size(path, error) == 0) throw say("the file is empty");
}

}  // namespace

struct Source::Handlers {
  static gboolean wants(GstElement*, GstPad* pad, GstCaps* caps, Source* self) {
    return self->wants(pad, caps) ? TRUE : FALSE;
  }
  static void added(GstElement*, GstPad* pad, Source* self) {
    detail::guarded(self->bin_, false, [&] { return self->add(pad), true; });
  }
  static void no_more(GstElement*, Source* self) {
    detail::guarded(self->bin_, false, [&] { return self->finish(), true; });
  }

  struct Late {
    Source* self;
    GstPad* ghost;
  };
  /// Runs when the first thing to play is about to leave the decoder: by now its tags and format are known.
  static GstPadProbeReturn first(GstPad* pad, GstPadProbeInfo* info, gpointer user) {
    if ((info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) != 0) {
      const GstEventType type = GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info));
      if (type != GST_EVENT_EOS && type != GST_EVENT_GAP) return GST_PAD_PROBE_PASS;
    }
    const auto& late = *static_cast<Late*>(user);
    detail::guarded(late.self->bin_, false, [&] { return late.self->attach(pad, late.ghost), true; });
    return GST_PAD_PROBE_REMOVE;
  }
};

void Source::prepare(GstBin* bin, const Params& params) {
  bin_ = bin;
  params_ = params;
  if (params.uri.text.empty()) throw Error("'uri' is not given; expected the path of a media file");
  const std::string uri = uri_of(params.uri.text);
  if (uri.starts_with("file://")) check_file(path_of(uri));
  if (!params.video && !params.audio) throw Error("'video' and 'audio' are both off: there is nothing to read");
  root_.clear();
  origin_.reset();
  chosen_video_ = chosen_audio_ = {};
  missing_.clear();
  failed_ = false;
  has_video_ = has_audio_ = false;
  decoder_ = make_element("uridecodebin");
  g_object_set(decoder_, "uri", uri.c_str(), "force-sw-decoders", TRUE, nullptr);
  g_signal_connect(decoder_, "autoplug-continue", G_CALLBACK(Handlers::wants), this);
  g_signal_connect(decoder_, "pad-added", G_CALLBACK(Handlers::added), this);
  g_signal_connect(decoder_, "no-more-pads", G_CALLBACK(Handlers::no_more), this);
  gst_bin_add(bin, decoder_);
}

void Source::cleanup(GstBin* bin) {
  while (GST_ELEMENT(bin)->srcpads != nullptr)
    gst_element_remove_pad(GST_ELEMENT(bin), GST_PAD(GST_ELEMENT(bin)->srcpads->data));
  while (bin->children != nullptr) {
    const ElementPtr child(GST_ELEMENT(gst_object_ref(bin->children->data)));
    gst_element_set_locked_state(child.get(), TRUE);
    gst_element_set_state(child.get(), GST_STATE_NULL);
    gst_bin_remove(bin, child.get());
  }
  decoder_ = nullptr;
}

/// Whether decoding goes on at this pad: only what will be used is decoded.
bool Source::wants(GstPad* pad, GstCaps* caps) {
  const std::lock_guard lock(mutex_);
  if (root_.empty() && gst_caps_get_size(caps) > 0) root_ = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  const Kind kind = kind_of(caps);
  if (is_container(caps)) return true;
  if (kind == Kind::none) return false;
  if (kind == Kind::video ? !params_.video : !params_.audio) return false;
  Choice& chosen = kind == Kind::video ? chosen_video_ : chosen_audio_;
  const std::string id = id_of(pad);
  if (chosen.id.empty()) chosen = {.id = default_beside(pad, kind), .rank = surest};
  if (const int rank = rank_of(pad); chosen.id.empty() || (chosen.rank != surest && rank > chosen.rank))
    chosen = {.id = id, .rank = rank};
  return chosen.id == id;
}

/// Whether another stream was found to be the better choice after this one had begun to be decoded.
bool Source::superseded(GstPad* decoded, const Choice& choice) {
  const std::lock_guard lock(mutex_);
  const std::string id = id_of(decoded);
  return !choice.id.empty() && !id.empty() && choice.id != id;
}

void Source::add(GstPad* decoded) {
  CapsPtr caps(gst_pad_get_current_caps(decoded));
  if (!caps) caps.reset(gst_pad_query_caps(decoded, nullptr));
  if (gst_caps_get_size(caps.get()) == 0) return;
  const std::string_view name = gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
  const Kind kind = name == "video/x-raw" ? Kind::video : name == "audio/x-raw" ? Kind::audio : Kind::none;
  bool& have = kind == Kind::video ? has_video_ : has_audio_;
  if (kind == Kind::none || have || (kind == Kind::video ? !params_.video : !params_.audio)) return;
  if (superseded(decoded, kind == Kind::video ? chosen_video_ : chosen_audio_)) return;
  have = true;
  const char* const pad_name = kind == Kind::video ? "video_src" : "audio_src";
  GstPadTemplate* const made_from = gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(bin_), pad_name);
  GstPad* const ghost = gst_ghost_pad_new_no_target_from_template(pad_name, made_from);
  const auto when = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER |
                                                 GST_PAD_PROBE_TYPE_BUFFER_LIST | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
  gst_pad_add_probe(decoded, when, Handlers::first, new Handlers::Late{this, ghost},
                    [](gpointer late) { delete static_cast<Handlers::Late*>(late); });
  gst_pad_set_active(ghost, TRUE);
  gst_element_add_pad(GST_ELEMENT(bin_), ghost);
}

/// What stands between the decoded pictures and the way out.
std::vector<ElementPtr> Source::picture_row(GstPad* decoded) {
  std::vector<ElementPtr> row;
  auto method = orientation_of(decoded);
  if (const std::string uri = uri_of(params_.uri.text); root_ == "image/jpeg" && uri.starts_with("file://"))
    method = orientation_of_photo(path_of(uri));
  if (method != GST_VIDEO_ORIENTATION_IDENTITY) {
    ElementPtr flip = sunk(make_element("videoflip"));
    g_object_set(flip.get(), "video-direction", method, nullptr);
    const CapsPtr caps(gst_pad_get_current_caps(decoded));
    if (caps && !can_take(flip.get(), caps.get())) row.push_back(sunk(make_element("videoconvert")));
    row.push_back(std::move(flip));
  }
  if (!is_still(root_)) return row;
  const auto [n, d] = fraction_of(params_.fps);
  const auto count =
      std::max<guint64>(1, gst_util_uint64_scale_round(static_cast<guint64>(params_.duration.count()),
                                                       static_cast<guint64>(n), static_cast<guint64>(d) * GST_SECOND));
  row.push_back(sunk(make_element("imagefreeze")));
  g_object_set(row.back().get(), "num-buffers", static_cast<gint>(std::min<guint64>(count, G_MAXINT)), nullptr);
  row.push_back(sunk(make_element("capsfilter")));
  const CapsPtr rate(gst_caps_new_simple("video/x-raw", "framerate", GST_TYPE_FRACTION, n, d, nullptr));
  gst_caps_set_features(rate.get(), 0, gst_caps_features_new_any());
  g_object_set(row.back().get(), "caps", rate.get(), nullptr);
  return row;
}

/// The stream time at which the media begin.
Time Source::origin() {
  const std::string uri = uri_of(params_.uri.text);
  const std::lock_guard lock(mutex_);
  if (!origin_) origin_ = media_origin(uri, root_);
  return *origin_;
}

void Source::attach(GstPad* decoded, GstPad* ghost) {
  const bool video = std::string_view(GST_PAD_NAME(ghost)) == "video_src";
  std::vector<ElementPtr> row;
  std::optional<Time> length;
  if (video) {
    row = picture_row(decoded);
    if (is_still(root_)) length = params_.duration;
  }
  row.push_back(sunk(Timeline::make(origin(), length)));
  add_row(std::move(row), decoded, ghost);
}

void Source::add_row(std::vector<ElementPtr> row, GstPad* decoded, GstPad* ghost) {
  for (const ElementPtr& element : row) gst_bin_add(bin_, element.get());
  const PadPtr end(gst_element_get_static_pad(row.back().get(), "src"));
  gst_ghost_pad_set_target(GST_GHOST_PAD(ghost), end.get());
  for (std::size_t i = row.size() - 1; i > 0; --i) gst_element_link(row[i - 1].get(), row[i].get());
  for (std::size_t i = row.size(); i > 0; --i) gst_element_sync_state_with_parent(row[i - 1].get());
  const PadPtr entry(gst_element_get_static_pad(row.front().get(), "sink"));
  if (GST_PAD_LINK_FAILED(gst_pad_link(decoded, entry.get()))) throw Error("what the decoder gives could not be used");
}

void Source::finish() {
  const std::string what =
      missing_.empty() ? "" : "; no decoder is installed for " + missing_ + ", try: apt install gstreamer1.0-libav";
  if (!has_video_ && !has_audio_) {
    failed_ = true;
    throw Error("'" + params_.uri.text + "' holds no " +
                (!params_.audio   ? "picture"
                 : !params_.video ? "sound"
                                  : "picture and no sound") +
                " that can be decoded" + what);
  }
  gst_element_no_more_pads(GST_ELEMENT(bin_));
}

std::string Source::fault_text(const GError& error) const {
  const std::string name = "'" + params_.uri.text + "'";
  if (!missing_.empty())
    return name + " cannot be decoded: nothing is installed for " + missing_ + "; try: apt install gstreamer1.0-libav";
  if (g_error_matches(&error, GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND) != FALSE)
    return name + " is no media file, or of a kind that GStreamer does not know";
  if (error.domain == GST_STREAM_ERROR)
    return name + " cannot be decoded, it may be damaged or cut short: " + error.message;
  if (error.domain == GST_RESOURCE_ERROR) return name + " cannot be read: " + error.message;
  return name + ": " + error.message;
}

/// Replaces what an element inside says by words that name the file; what follows the first fault is its echo.
bool Source::message(GstBin* bin, GstMessage* message) {
  if (gst_is_missing_plugin_message(message) != FALSE) {
    gchar* const what = gst_missing_plugin_message_get_description(message);
    const std::lock_guard lock(mutex_);
    missing_ = what;
    g_free(what);
    return true;
  }
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR || GST_MESSAGE_SRC(message) == GST_OBJECT(bin)) return true;
  if (failed_.exchange(true)) return false;
  GError* error = nullptr;
  gchar* debug = nullptr;
  gst_message_parse_error(message, &error, &debug);
  const std::string text = fault_text(*error);
  GError* const plain = g_error_new_literal(error->domain, error->code, text.c_str());
  GstMessage* const told = gst_message_new_error(GST_OBJECT(bin), plain, debug);
  g_error_free(plain);
  g_error_free(error);
  g_free(debug);
  // Not merely posted: the bin itself has to learn that its change of state has failed, or it cannot be shut down later.
  static_cast<GstBinClass*>(g_type_class_peek(GST_TYPE_BIN))->handle_message(bin, told);
  return false;
}

}  // namespace reel::local
