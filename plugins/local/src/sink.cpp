#include "sink.hpp"

#include <algorithm>
#include <string_view>

#include "muxer.hpp"
#include "path.hpp"

namespace reel::local {

bool Sink::register_stage(GstPlugin* plugin) {
  const GType type = detail::BinStageClass<Sink>::type();
  static constexpr GInterfaceInfo plain{nullptr, nullptr, nullptr};
  g_type_add_interface_static(type, GST_TYPE_TAG_SETTER, &plain);
  g_type_add_interface_static(type, GST_TYPE_TOC_SETTER, &plain);
  return gst_element_register(plugin, stage.name, GST_RANK_NONE, type) != FALSE;
}

void Sink::build(GstBin* bin) {
  bin_ = bin;
  muxer_ = make_muxer();
  gst_bin_add(bin, muxer_);
  const auto removed = [](GstElement*, GstPad* pad, gpointer self) { static_cast<Sink*>(self)->forget(pad); };
  g_signal_connect(bin, "pad-removed", G_CALLBACK(+removed), this);
}

GstPad* Sink::request_pad(GstBin* bin, GstPadTemplate* made_from, const char*) {
  const char* const name = GST_PAD_TEMPLATE_NAME_TEMPLATE(made_from);
  if (const PadPtr taken{gst_element_get_static_pad(GST_ELEMENT(bin), name)}) return nullptr;
  GstPad* const ghost = gst_ghost_pad_new_no_target_from_template(name, made_from);
  {
    const std::lock_guard lock(mutex_);
    branches_.push_back({ghost, std::string_view(name) == "video_sink", {}, nullptr});
    if (ready_) set_up(branches_.back());
  }
  gst_element_add_pad(GST_ELEMENT(bin), ghost);
  return ghost;
}

void Sink::prepare(GstBin* bin, const Params& params) {
  params_ = params;
  if (params.uri.text.empty()) throw Error("'uri' is not given; expected the path of the file to write");
  const std::string path = path_of(params.uri.text);
  format_ = choose_format(path, params.container, params.video_codec, params.audio_codec);
  configure(muxer_, {.file = std::make_unique<OutputFile>(path, params.overwrite),
                     .format = format_,
                     .fast_start = params.faststart,
                     .commit = params.commit,
                     .says = GST_ELEMENT(bin)});
  const std::lock_guard lock(mutex_);
  ready_ = true;
  for (Branch& b : branches_) set_up(b);
}

void Sink::set_up(Branch& b) {
  const bool held = b.video ? format_.video != VideoCodec::none : format_.audio != AudioCodec::none;
  std::shared_ptr<std::atomic<std::int64_t>> samples;
  if (!held) {
    log(LogLevel::info,
        std::string("the file holds no ") + (b.video ? "pictures" : "sound") + ": what comes in is left out", bin_);
  } else if (b.video) {
    b.row = make_video_row({format_.video, params_.quality, params_.video_bitrate, params_.speed,
                            params_.keyframe_interval, params_.pixel_format});
  } else {
    samples = std::make_shared<std::atomic<std::int64_t>>(0);
    b.row = make_audio_row({format_.audio, params_.audio_bitrate}, samples);
  }
  b.input = add_input(muxer_, std::move(samples), !held);
  for (const ElementPtr& e : b.row) gst_bin_add(bin_, e.get());
  PadPtr next(GST_PAD(gst_object_ref(b.input)));
  for (auto e = b.row.rbegin(); e != b.row.rend(); ++e) {
    const PadPtr out(gst_element_get_static_pad(e->get(), "src"));
    if (GST_PAD_LINK_FAILED(gst_pad_link(out.get(), next.get())))
      throw Error("the elements that encode do not fit together");
    next.reset(gst_element_get_static_pad(e->get(), "sink"));
  }
  gst_ghost_pad_set_target(GST_GHOST_PAD(b.ghost), next.get());
  for (auto e = b.row.rbegin(); e != b.row.rend(); ++e) gst_element_sync_state_with_parent(e->get());
}

void Sink::take_down(Branch& b) {
  if (b.ghost != nullptr) gst_ghost_pad_set_target(GST_GHOST_PAD(b.ghost), nullptr);
  for (const ElementPtr& e : b.row) {
    gst_element_set_locked_state(e.get(), TRUE);
    gst_element_set_state(e.get(), GST_STATE_NULL);
    gst_bin_remove(bin_, e.get());
  }
  b.row.clear();
  if (b.input != nullptr) remove_input(muxer_, b.input);
  b.input = nullptr;
}

void Sink::forget(GstPad* ghost) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(branches_, ghost, &Branch::ghost);
  if (found == branches_.end()) return;
  found->ghost = nullptr;
  take_down(*found);
  branches_.erase(found);
}

void Sink::cleanup(GstBin*) {
  const std::lock_guard lock(mutex_);
  for (Branch& b : branches_) take_down(b);
  ready_ = false;
  release(muxer_);
}

}  // namespace reel::local
