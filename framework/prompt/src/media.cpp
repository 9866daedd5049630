/// What brings further media in: pictures over the picture, joins, sound, green screens, clips by Luma.
#include <algorithm>
#include <cmath>

#include "composer.hpp"

namespace reel::prompt {
namespace {

bool ends_in(const std::string& name, std::initializer_list<std::string_view> extensions) {
  const auto dot = name.rfind('.');
  if (dot == std::string::npos) return false;
  std::string extension = name.substr(dot + 1);
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(extensions, extension) != extensions.end();
}

bool is_image(const std::string& name) {
  return ends_in(name, {"png", "jpg", "jpeg", "svg", "webp", "psd", "psb", "tif", "tiff", "bmp", "gif"});
}

Draft::Node source_of(const std::string& uri) {
  Draft::Node node;
  node.uses = "source";
  node.phase = Phase::source;
  node.set("uri", path_yaml(uri));
  return node;
}

}  // namespace

std::optional<std::string> Composer::file(const std::string& what) {
  for (const Item* const item : match_->items)
    if (item->kind.ends_with("-file")) return item->text;
  question(words_of(match_->begin, match_->end), "which-file", "which file? The name of " + what + " says it");
  return std::nullopt;
}

void Composer::picture() {
  const auto name = file("an image, such as logo.png,");
  if (!name || !known("watermark")) return;
  Draft::Node node = stage("watermark");
  node.set("file", path_yaml(*name));
  if (const Item* const place = match_->item("place")) node.set("position", place->text);
  if (const Item* const percent = match_->item("percent"))
    node.set("width", number(percent->value));
  else if (const Item* const bigness = match_->item("bigness"))
    node.set("width", bigness->value >= 2 ? "25" : "10");
  if (const Item* const opacity = match_->item("opacity")) node.set("opacity", number(opacity->value));
  put(node, "Lays `" + *name + "` over the picture");
}

void Composer::inset() {
  const auto name = file("a video, such as camera.mp4,");
  if (!name || when_.failed || !known("overlay")) return;
  const Words words = words_of(match_->begin, match_->end);
  const Item* const place = match_->item("place");
  if (place == nullptr)
    return question(words, "where", "in which corner is `" + *name + "` to be shown?",
                    {"top left", "top right", "bottom left", "bottom right"});
  if (when_.spans.size() > 1) return question(words, "when", "one range of time is possible: which?");
  if (when_.spans.empty() && (!when_.moments.empty() || when_.length))
    return question(words, when_.length ? "when" : "how-long", "from when to when is `" + *name + "` to be shown?");
  double width = 0.3;
  if (const Item* const percent = match_->item("percent"))
    width = percent->value / 100;
  else if (const Item* const bigness = match_->item("bigness"))
    width = bigness->value >= 2 ? 0.5 : 0.2;
  const auto at = [&](bool low, bool high) { return number(low ? 0.03 : high ? 1 - width - 0.03 : (1 - width) / 2); };
  Draft::Node node = stage("overlay");
  node.inputs = {draft_.insert_source(source_of(*name), Phase::title)};
  node.set("x", at(place->text.ends_with("left"), place->text.ends_with("right")));
  node.set("y", at(place->text.starts_with("top"), place->text.starts_with("bottom")));
  node.set("width", number(width));
  if (const Item* const opacity = match_->item("opacity")) node.set("opacity", number(opacity->value));
  if (!when_.spans.empty()) {
    node.during = base::format(when_.spans[0].written);
    if (when_.spans[0].written.begin) node.set("start", base::format(*when_.spans[0].written.begin));
  }
  draft_.insert(std::move(node));
  clause("overlay", "Shows `" + *name + "` in the picture", when_.spans);
}

/// `before`: the other file comes first. `plain`: with a cut unless a transition is named.
void Composer::join(bool before, bool plain) {
  const auto name = file("a video, such as outro.mp4,");
  if (!name || !known("transition")) return;
  Draft::Node node = stage("transition");
  const bool dissolve = said_any({"crossfad", "dissolv", "fad", "cross"});
  std::string kind;
  const auto direction = [&]() -> std::string {
    if (const Item* const place = match_->item("place")) return place->text;
    for (const std::string_view way : {"left", "right", "up", "down", "top", "bottom"})
      if (said_any({way})) return way == "top" ? "up" : way == "bottom" ? "down" : std::string(way);
    return "left";
  };
  if (said_any({"wipe", "wip"}))
    kind = "wipe-" + direction();
  else if (said_any({"slide", "slid"}))
    kind = "slide-" + direction();
  else if (said_any({"dip"}))
    kind = "dip";
  if (!kind.empty()) node.set("kind", kind);
  const Item* length = nullptr;
  for (const Item* const item : match_->items)
    if (item->kind == "time" && item->time.kind == TimeSaid::Kind::length) length = item;
  if (length != nullptr)
    node.set("duration", base::format_time(length->time.length));
  else if (plain && kind.empty() && !dissolve)
    node.set("duration", "0");
  if (const Item* const color = match_->item("color"); color != nullptr && color->text != "#000000")
    node.set("color", quoted_yaml(color->text));
  const int file_key = draft_.insert_source(source_of(*name), Phase::join);
  node.inputs = {file_key};
  node.main = before ? 1 : 0;
  draft_.insert(std::move(node));
  clause("transition", before ? "`" + *name + "` plays first" : "`" + *name + "` plays afterwards", {});
}

void Composer::append() {
  join(said_any({"before", "befor", "beginning", "begin", "start", "front", "first"}) && !said_any({"end", "after"}),
       true);
}
void Composer::prepend() { join(!said_any({"end", "after"}), true); }
void Composer::transition() { join(said_any({"from"}) && !said_any({"to", "into"}), false); }

void Composer::replace_sound() { mix(true); }
void Composer::add_sound() { mix(false); }

void Composer::mix(bool replace) {
  const auto name = file("a sound, such as music.mp3,");
  if (!name || when_.failed || !known("mix")) return;
  Draft::Node source = source_of(*name);
  source.set("video", "false");
  Draft::Node node = stage("mix");
  if (replace) node.set("original", "0");
  if (const Item* const percent = match_->item("percent")) node.set("volume", number(percent->value / 100));
  if (!when_.moments.empty() && when_.moments[0].absolute.begin > base::Time{0})
    node.set("start", base::format(*when_.moments[0].written.begin));
  if (!when_.spans.empty()) {
    node.during = base::format(when_.spans[0].written);
    if (when_.spans[0].written.begin) node.set("start", base::format(*when_.spans[0].written.begin));
  }
  node.inputs = {draft_.insert_source(std::move(source), Phase::sound)};
  draft_.insert(std::move(node));
  clause("mix", replace ? "The sound is that of `" + *name + "`" : "`" + *name + "` is heard, too", when_.spans);
}

void Composer::chroma_key() {
  if (!known("chroma-key")) return;
  const Words words = words_of(match_->begin, match_->end);
  const bool blue = said_any({"bluescreen"}) ||
                    (said_any({"blu"}) && said_any({"screen", "background", "backdrop"}) && !said_any({"green"}));
  const Item* const named =
      match_->item("image-file") != nullptr ? match_->item("image-file") : match_->item("video-file");
  const Item* behind = nullptr;
  for (const Item* const item : match_->items) {
    if (item->kind != "color") continue;
    const Token& word = reading_.tokens[item->begin];
    const bool screen = word.is_any({"green", "blue"}) && behind == nullptr &&
                        !(item->begin > 0 && reading_.tokens[item->begin - 1].is_any({"with", "by", "to"}));
    if (!screen) behind = item;
  }
  if (named == nullptr && behind == nullptr)
    return question(words, "which-background",
                    "what is to be seen behind? The name of an image or a video, or a colour, says it",
                    {"beach.jpg", "white"});
  Draft::Node node = stage("chroma-key");
  if (blue) node.set("color", "\"#0000ff\"");
  if (named == nullptr) {
    node.set("background", quoted_yaml(behind->text));
    put(node, "The screen becomes a colour");
    return;
  }
  if (!known("overlay")) return;
  Draft::Node source = source_of(named->text);
  if (is_image(named->text) && duration()) source.set("duration", base::format_time(*duration()));
  if (!put(node, "`" + named->text + "` is seen instead of the screen")) return;
  Draft::Node over = stage("overlay");
  over.inputs = {draft_.insert_source(std::move(source), Phase::title)};
  over.main = 1;
  over.set("x", "0");
  over.set("y", "0");
  over.set("width", "1");
  draft_.insert(std::move(over));
}

void Composer::generate() {
  if (!known("luma") || ask_needs()) return;
  const auto fill = [&](Draft::Node& node) {
    node.uses = "luma";
    node.set("prompt", quoted_yaml(match_->item("description")->text));
    for (const Item* const item : match_->items)
      if (item->what() == "length") node.set("duration", base::format_time(item->time.length));
    if (const Item* const ratio = match_->item("ratio"))
      node.set("aspect-ratio", quoted_yaml(ratio->text));
    else if (said_any({"vertical", "portrait", "upright"}))
      node.set("aspect-ratio", quoted_yaml("9:16"));
    else if (said_any({"squar"}))
      node.set("aspect-ratio", quoted_yaml("1:1"));
    if (const Item* const lines = match_->item("lines"))
      node.set("resolution", lines->value == 2160 ? "4k" : number(lines->value) + "p");
  };
  const std::string meaning = "Luma makes a clip; it costs money";
  if (!ask_.media && ask_.pipeline.empty()) {
    Draft::Node& source = draft_.nodes.front();
    source.with.clear();
    fill(source);
    return clause("luma", meaning, {});
  }
  if (!known("transition")) return;
  Draft::Node source;
  source.phase = Phase::source;
  fill(source);
  Draft::Node node = stage("transition");
  node.set("duration", "0");
  node.inputs = {draft_.insert_source(std::move(source), Phase::join)};
  const bool first = said_any({"befor", "before", "beginn", "beginning", "start", "front"});
  node.main = first ? 1 : 0;
  draft_.insert(std::move(node));
  clause("luma", meaning, {});
}

void Composer::restyle() {
  if (!known("luma-edit") || ask_needs()) return;
  Draft::Node node = stage("luma-edit");
  node.set("prompt", quoted_yaml(match_->item("description")->text));
  put(node, "Luma makes it anew; it costs money");
}

}  // namespace reel::prompt
