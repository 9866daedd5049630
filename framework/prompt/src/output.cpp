/// The files that are made.
#include <algorithm>
#include <cmath>

#include "composer.hpp"

namespace reel::prompt {
namespace {

std::string stem_of(const std::string& name) {
  const auto slash = name.rfind('/');
  const auto dot = name.rfind('.');
  return dot == std::string::npos || (slash != std::string::npos && dot < slash) ? name : name.substr(0, dot);
}

bool is_container(const std::string& format) {
  for (const std::string_view container : {"mp4", "webm", "mkv", "mov"})
    if (format == container) return true;
  return false;
}

bool is_sound(const std::string& format) {
  for (const std::string_view container : {"mp3", "wav", "flac", "ogg"})
    if (format == container) return true;
  return false;
}

}  // namespace

void Composer::set_extension(const std::string& extension) {
  Draft::Node& sink = *draft_.find(draft_.chain().back());
  sink.set("uri", path_yaml(stem_of(ask_.output) + "." + extension));
  sink.set("container", extension);
}

void Composer::output() {
  Draft::Node& sink = *draft_.find(draft_.chain().back());
  if (sink.phase != Phase::sink || !no_time("the file's format")) return;
  const Words words = words_of(match_->begin, match_->end);
  bool any = false;
  for (const Item* const item : match_->items) {
    any = true;
    if (item->kind == "format") {
      if (is_sound(item->text)) return output_sound();
      if (is_container(item->text))
        set_extension(item->text);
      else if (item->text == "aac" || item->text == "opus" || item->text == "pcm")
        sink.set("audio-codec", item->text);
      else
        sink.set("video-codec", item->text);
    } else if (item->kind == "quality" || item->kind == "percent" || item->kind == "number") {
      if (item->value < 0 || item->value > 100)
        return question(words, "how-much", "a quality from 0 to 100 is possible: which?");
      sink.set("quality", number(item->value));
    } else if (item->kind == "mb") {
      megabytes_ = item->value;
      megabytes_words_ = words;
    }
  }
  if (said_any({"quality"}) && match_->item("quality") == nullptr && match_->item("percent") == nullptr &&
      match_->item("number") == nullptr) {
    const bool low = said_any({"low", "lower", "poor", "small"});
    if (low || said_any({"high", "higher", "best", "good", "better", "maximum", "max", "top", "great"})) {
      sink.set("quality", low ? "50" : "90");
      any = true;
    }
  }
  if (!any)
    return question(words, "how", "as what is it to be saved?",
                    {"as webm", "as mp4", "with h265", "under 20 MB", "high quality"});
  clause("sink", "The file: " + said(match_->begin, match_->end), {});
}

void Composer::output_sound() {
  const Item* const format = match_->item("format");
  const std::string extension = format != nullptr ? format->text : "";
  if (!is_sound(extension))
    return question(words_of(match_->begin, match_->end), "which-format", "as which kind of sound file?",
                    {"mp3", "wav", "flac"});
  set_extension(extension);
  clause("sink", "Only the sound, as " + extension, {});
}

void Composer::photoshop() {
  if (when_.failed || !known("photoshop")) return;
  const Words words = words_of(match_->begin, match_->end);
  std::string at;
  std::vector<Span> all = when_.moments;
  all.insert(all.end(), when_.spans.begin(), when_.spans.end());
  for (const Span& moment : when_.moments) at += (at.empty() ? "" : ", ") + base::format(*moment.written.begin);
  for (const Span& span : when_.spans) at += (at.empty() ? "" : ", ") + base::format(span.written);
  if (at.empty()) return question(words, "when", "which frame? A time such as 2:15 says it");
  Draft::Node node = stage("photoshop");
  node.phase = Phase::document;
  node.set("uri", path_yaml(stem_of(ask_.output) + ".psd"));
  node.set("at", "[ " + at + " ]");
  // Beside the chain, behind all that changes pictures.
  const int behind = draft_.last_until(Phase::title);
  node.inputs = {behind};
  draft_.insert_behind(behind, std::move(node));
  clause("photoshop", "Writes a Photoshop document", all);
}

void Composer::finish_output() {
  const auto keys = draft_.chain();
  Draft::Node& sink = *draft_.find(keys.back());
  if (!splits_.empty() && sink.phase == Phase::sink) {
    const std::string uri = ask_.output, stem = stem_of(uri), extension = uri.substr(stem.size());
    const int from = sink.inputs[0];
    const auto with = sink.with;
    const int last = sink.key;
    Span part;
    for (std::size_t i = 0; i <= splits_.size(); ++i) {
      part.written.end.reset();
      if (i < splits_.size()) part.written.end = splits_[i].written.begin;
      Draft::Node cut = stage("cut");
      cut.inputs = {from};
      cut.set("keep", "[ " + base::format(part.written) + " ]");
      const int key = draft_.insert_before(last, std::move(cut));
      const std::string name = path_yaml(stem + "-" + std::to_string(i + 1) + extension);
      if (i == splits_.size()) {
        draft_.find(last)->inputs = {key};
        draft_.find(last)->set("uri", name);
      } else {
        Draft::Node out;
        out.uses = "sink";
        out.phase = Phase::sink;
        out.with = with;
        out.set("uri", name);
        out.inputs = {key};
        draft_.insert_before(last, std::move(out));
      }
      part = {};
      if (i < splits_.size()) part.written.begin = splits_[i].written.begin;
    }
  }
  if (megabytes_) {
    double seconds = duration() ? base::seconds(*duration()) : 0;
    for (const Span& span : removed_) seconds -= base::seconds(span.absolute.end - span.absolute.begin);
    if (!kept_.empty()) {
      seconds = 0;
      for (const Span& span : kept_)
        seconds +=
            base::seconds(std::min(span.absolute.end, duration().value_or(span.absolute.end)) - span.absolute.begin);
    }
    for (const int key : draft_.chain()) {
      const Draft::Node& node = *draft_.find(key);
      if (node.uses == "speed" && node.find("rate") != nullptr && speeds_.empty())
        seconds /= std::atof(node.find("rate")->c_str());
    }
    if (seconds <= 0)
      return question(megabytes_words_, "when", "how long the video is, is not known, so its size cannot be kept to");
    const double sound = ask_.media && ask_.media->audio() != nullptr ? 160 : 0;
    const double rate = std::floor(*megabytes_ * 8000 * 0.97 / seconds - sound);
    if (rate < 100) {
      return refusal(
          megabytes_words_, "too-small",
          "a video of " +
              base::format_duration(std::chrono::duration_cast<base::Time>(std::chrono::duration<double>(seconds))) +
              " cannot be that small and be watched",
          {"a larger file", "`scale to 480p`, and a larger file", "a shorter video"});
    }
    draft_.find(draft_.chain().back())->set("video-bitrate", number(rate));
  }
  // A document alone: nobody asked for a video.
  const bool document = std::ranges::any_of(
      draft_.nodes, [](const Draft::Node& node) { return node.phase == Phase::document && node.text.empty(); });
  const bool only = std::ranges::all_of(out_.clauses, [](const Clause& clause) { return clause.stage == "photoshop"; });
  if (document && only && ask_.pipeline.empty()) draft_.remove(draft_.chain().back());
}

}  // namespace reel::prompt
