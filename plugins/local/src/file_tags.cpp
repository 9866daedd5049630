#include "file_tags.hpp"

#include <gst/tag/tag.h>

#include <algorithm>
#include <array>
#include <memory>

#include "reel/handles.hpp"

namespace reel::local {
namespace {

struct Unref {
  void operator()(GstTagList* t) const { gst_tag_list_unref(t); }
  void operator()(GstToc* t) const { gst_toc_unref(t); }
};
using TagsPtr = std::unique_ptr<GstTagList, Unref>;

struct Name {
  const char *gst, *file;
};
constexpr std::array text_tags{Name{GST_TAG_TITLE, "title"},
                               Name{GST_TAG_ARTIST, "artist"},
                               Name{GST_TAG_ALBUM, "album"},
                               Name{GST_TAG_ALBUM_ARTIST, "album_artist"},
                               Name{GST_TAG_COMPOSER, "composer"},
                               Name{GST_TAG_COMMENT, "comment"},
                               Name{GST_TAG_DESCRIPTION, "description"},
                               Name{GST_TAG_GENRE, "genre"},
                               Name{GST_TAG_COPYRIGHT, "copyright"},
                               Name{GST_TAG_SHOW_NAME, "show"},
                               Name{GST_TAG_KEYWORDS, "keywords"},
                               Name{GST_TAG_LYRICS, "lyrics"}};

std::string take(gchar* text) {
  std::string copy = text != nullptr ? text : "";
  g_free(text);
  return copy;
}

std::string date_of(const GstTagList* tags) {
  GstDateTime* date = nullptr;
  if (gst_tag_list_get_date_time(tags, GST_TAG_DATE_TIME, &date) == FALSE) return {};
  std::string text = take(gst_date_time_to_iso8601_string(date));
  gst_date_time_unref(date);
  return text;
}

void collect_chapters(GList* entries, std::vector<Chapter>& into) {
  for (; entries != nullptr; entries = entries->next) {
    auto* const entry = static_cast<GstTocEntry*>(entries->data);
    gint64 from = 0, to = 0;
    if (gst_toc_entry_get_entry_type(entry) == GST_TOC_ENTRY_TYPE_CHAPTER &&
        gst_toc_entry_get_start_stop_times(entry, &from, &to) != FALSE) {
      gchar* title = nullptr;
      if (const GstTagList* const tags = gst_toc_entry_get_tags(entry))
        gst_tag_list_get_string(tags, GST_TAG_TITLE, &title);
      into.push_back({Time{from}, Time{to}, take(title)});
    }
    collect_chapters(gst_toc_entry_get_sub_entries(entry), into);
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> tags_of(GstElement* stage, const GstTagList* streamed) {
  auto* const setter = GST_TAG_SETTER(stage);
  const TagsPtr all(
      gst_tag_list_merge(gst_tag_setter_get_tag_list(setter), streamed, gst_tag_setter_get_tag_merge_mode(setter)));
  std::vector<std::pair<std::string, std::string>> pairs;
  if (!all) return pairs;
  for (const Name& n : text_tags) {
    gchar* text = nullptr;
    if (gst_tag_list_get_string(all.get(), n.gst, &text) != FALSE) pairs.emplace_back(n.file, take(text));
  }
  if (const std::string date = date_of(all.get()); !date.empty()) pairs.emplace_back("date", date);
  guint track = 0;
  if (gst_tag_list_get_uint(all.get(), GST_TAG_TRACK_NUMBER, &track) != FALSE)
    pairs.emplace_back("track", std::to_string(track));
  return pairs;
}

std::vector<Chapter> chapters_of(GstElement* stage) {
  std::vector<Chapter> chapters;
  const std::unique_ptr<GstToc, Unref> toc(gst_toc_setter_get_toc(GST_TOC_SETTER(stage)));
  if (!toc) return chapters;
  collect_chapters(gst_toc_get_entries(toc.get()), chapters);
  std::ranges::sort(chapters, {}, &Chapter::begin);
  return chapters;
}

std::string language_of(GstPad* pad, bool bibliographic) {
  for (guint i = 0;; ++i) {
    const EventPtr event(gst_pad_get_sticky_event(pad, GST_EVENT_TAG, i));
    if (!event) return {};
    GstTagList* tags = nullptr;
    gst_event_parse_tag(event.get(), &tags);
    gchar* code = nullptr;
    if (gst_tag_list_get_string(tags, GST_TAG_LANGUAGE_CODE, &code) == FALSE) continue;
    const char* const three =
        bibliographic ? gst_tag_get_language_code_iso_639_2B(code) : gst_tag_get_language_code_iso_639_2T(code);
    std::string text = three != nullptr ? three : code;
    g_free(code);
    return text;
  }
}

}  // namespace reel::local
