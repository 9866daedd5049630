#include <gst/gsttocsetter.h>

#include "graph/graph.hpp"

namespace reel::engine {
namespace {

/// The chapters of the media, as the clock at the sink shows them. What a cut removes is gone.
gst::Ptr<GstToc> retimed(const std::vector<model::Chapter>& chapters, const planner::TimeMap& map, base::Time end) {
  gst::Ptr<GstToc> toc(gst_toc_new(GST_TOC_SCOPE_GLOBAL));
  GstTocEntry* const edition = gst_toc_entry_new(GST_TOC_ENTRY_TYPE_EDITION, "00");
  gst_toc_append_entry(toc.get(), edition);
  int number = 0;
  for (const model::Chapter& c : chapters) {
    const base::Time last = c.range.open_ended() ? end : c.range.end;
    // How much output lies before a moment, whether or not the moment itself survives.
    const base::Time from = map.duration(c.range.begin), to = map.duration(last);
    if (to <= from) continue;
    GstTocEntry* const entry =
        gst_toc_entry_new(GST_TOC_ENTRY_TYPE_CHAPTER, ("chapter" + std::to_string(number++)).c_str());
    gst_toc_entry_set_start_stop_times(entry, from.count(), to.count());
    GstTagList* const tags = gst_tag_list_new(GST_TAG_TITLE, c.title.empty() ? "Chapter" : c.title.c_str(), nullptr);
    gst_toc_entry_set_tags(entry, tags);
    gst_toc_entry_append_sub_entry(edition, entry);
  }
  return number > 0 ? std::move(toc) : nullptr;
}

}  // namespace

void Graph::set_chapters() {
  for (const auto& [stage, element] : elements_) {
    if (!GST_IS_TOC_SETTER(element)) continue;
    const auto& media = prepared_.media[main_source(prepared_.pipeline, stage)];
    if (!media || media->chapters.empty()) continue;
    const auto toc =
        retimed(media->chapters, prepared_.clocks[stage].from_source, media->duration.value_or(base::Time::max()));
    if (toc) gst_toc_setter_set_toc(GST_TOC_SETTER(element), toc.get());
  }
}

}  // namespace reel::engine
