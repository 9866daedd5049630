#include "reel/engine/frame_notes.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace reel::engine {

void FrameNotes::add(const std::string& stage, base::Time time, Figures figures) {
  std::erase_if(figures, [](const auto& f) { return f.first.size() > longest_name || !std::isfinite(f.second); });
  while (figures.size() > most_figures) figures.erase(std::prev(figures.end()));
  if (figures.empty()) return;
  const auto of_stage = stages_.find(stage);
  const bool known = of_stage != stages_.end() && of_stage->second.contains(time);
  if (!known && frames_ == most_frames) {
    ++left_out_;
    return;
  }
  frames_ += known ? 0 : 1;
  stages_[stage][time] = std::move(figures);
}

void FrameNotes::add(const FrameNotes& others) {
  for (const auto& [stage, frames] : others.stages_)
    for (const auto& [time, figures] : frames) add(stage, time, figures);
  left_out_ += others.left_out_;
}

std::vector<FrameNotes::Doubt> FrameNotes::doubts() const {
  std::vector<Doubt> doubts;
  for (const auto& [stage, frames] : stages_) {
    Doubt doubt{.stage = stage, .of = frames.size()};
    double least = 0.5;
    for (const auto& [time, figures] : frames) {
      const auto found = figures.find("confidence");
      if (found == figures.end() || found->second >= 0.5) continue;
      ++doubt.frames;
      if (found->second < least) least = found->second, doubt.worst = time;
    }
    if (doubt.frames > 0) doubts.push_back(doubt);
  }
  return doubts;
}

std::string FrameNotes::to_json() const {
  auto json = nlohmann::ordered_json::object();
  for (const auto& [stage, frames] : stages_)
    for (const auto& [time, figures] : frames) {
      auto& frame = json[stage].emplace_back();
      frame["at_seconds"] = base::seconds(time);
      // Four digits are more than anyone can see, and a film has many frames.
      for (const auto& [name, value] : figures) frame[name] = std::round(value * 1e4) / 1e4;
    }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

FrameNotes FrameNotes::from_json(const std::string& text) {
  FrameNotes notes;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return notes;
  for (const auto& [stage, frames] : json.items())
    for (const auto& frame : frames) {
      if (!frame.is_object() || !frame.value("at_seconds", nlohmann::json()).is_number()) continue;
      Figures figures;
      for (const auto& [name, value] : frame.items())
        if (value.is_number() && name != "at_seconds") figures[name] = value.get<double>();
      notes.add(stage, base::Time(std::llround(frame["at_seconds"].get<double>() * 1e9)), std::move(figures));
    }
  return notes;
}

}  // namespace reel::engine
