#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

#include "reel/base/text.hpp"
#include "reel/planner/plan.hpp"

namespace reel::planner {
namespace {

std::string_view name(Treatment treatment) {
  switch (treatment) {
    case Treatment::none:
      return "none";
    case Treatment::copy:
      return "copy";
    case Treatment::splice:
      return "splice";
    case Treatment::render:
      return "render";
  }
  return "";
}

std::string_view name(Span::Kind kind) { return kind == Span::Kind::copy ? "copy" : "render"; }

nlohmann::ordered_json json_of(const base::TimeRange& range) {
  return {base::seconds(range.begin), base::seconds(range.end)};
}

std::string range_text(const base::TimeRange& range) {
  return base::format_moment(range.begin) + ".." + base::format_moment(range.end);
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

nlohmann::ordered_json json_of(const SoundPlan& sound) {
  nlohmann::ordered_json json{{"copied", sound.copied}, {"rendered", sound.rendered}};
  json["rate"] = sound.grid.rate;
  json["packet_samples"] = sound.grid.frame;
  json["first_sample"] = sound.grid.first;
  json["spans"] = nlohmann::json::array();
  for (const SoundSpan& span : sound.spans)
    json["spans"].push_back({{"kind", name(span.kind)},
                             {"first", span.first},
                             {"end", span.end},
                             {"moved", span.moved},
                             {"output_seconds", json_of(sound.range_of(span))},
                             {"reason", span.reason}});
  return json;
}

std::string text_of(const SoundPlan& sound) {
  const std::string unit = sound.grid.frame == 1 ? "sample" : "packet";
  std::string text;
  for (const SoundSpan& span : sound.spans)
    text += "sound " + padded(std::string(name(span.kind)), 7) + padded(range_text(sound.range_of(span)), 22) +
            padded(base::counted(span.packets(), unit), 15) + span.reason + "\n";
  return text + "in all " + base::counted(sound.copied + sound.rendered, unit) +
         " of sound: " + std::to_string(sound.copied) + " copied, " + std::to_string(sound.rendered) + " encoded\n";
}

}  // namespace

std::string to_json(const Plan& plan) {
  nlohmann::ordered_json json;
  json["pictures"] = {{"treatment", name(plan.pictures)}, {"reason", plan.pictures_reason}};
  json["sound"] = {{"treatment", name(plan.sound)}, {"reason", plan.sound_reason}};
  json["copied"] = plan.copied;
  json["rendered"] = plan.rendered;
  json["decoded"] = plan.decoded;
  json["spans"] = nlohmann::json::array();
  for (const Span& span : plan.spans) {
    json["spans"].push_back({{"kind", name(span.kind)},
                             {"first", span.first},
                             {"end", span.end},
                             {"first_packet", span.first_packet},
                             {"source_seconds", json_of(span.source)},
                             {"output_seconds", json_of(span.output)},
                             {"decoded", span.decode_to - span.decode_from},
                             {"recalled", span.recalled},
                             {"reason", span.reason}});
    if (span.marked) json["spans"].back()["marked_packet"] = *span.marked;
    if (span.held > 0) json["spans"].back()["held"] = span.held;
  }
  if (plan.sound == Treatment::splice) json["sound"].update(json_of(plan.parts));
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string to_text(const Plan& plan) {
  std::string text;
  if (plan.spans.empty() && plan.pictures != Treatment::none)
    text += "pictures: all are rendered, because " + plan.pictures_reason + "\n";
  const bool moved = std::ranges::any_of(plan.spans, [](const Span& s) { return s.source != s.output; });
  for (const Span& span : plan.spans) {
    text += padded(std::string(name(span.kind)), 7) + padded(range_text(span.source), 22);
    if (moved) text += "-> " + padded(range_text(span.output), 22);
    text += padded(base::counted(span.pictures(), "picture"), 15) + span.reason + "\n";
  }
  if (std::ranges::any_of(plan.spans, [](const Span& s) { return !s.stages.empty(); }))
    text += "rendering goes on up to where packets can be copied again, so it may take in more than what is changed\n";
  if (plan.sound == Treatment::splice) text += text_of(plan.parts);
  if (plan.sound == Treatment::copy) text += "sound: every packet is copied\n";
  if (plan.sound == Treatment::render) text += "sound: all is rendered, because " + plan.sound_reason + "\n";
  if (!plan.spans.empty()) {
    const double all = static_cast<double>(plan.copied + plan.rendered);
    std::array<char, 200> line{};
    std::snprintf(
        line.data(), line.size(),
        "in all %zu pictures: %zu copied, %zu encoded, for which %zu are decoded; about %.1f %% of the work of a "
        "full render\n",
        plan.copied + plan.rendered, plan.copied, plan.rendered, plan.decoded,
        100 * (0.2 * static_cast<double>(plan.decoded) + 0.8 * static_cast<double>(plan.rendered)) / all);
    text += line.data();
  }
  return text;
}

}  // namespace reel::planner
