#include "reel/prompt/json.hpp"

#include <algorithm>

#include "reel/base/error.hpp"

namespace reel::prompt {
namespace {

using nlohmann::json;

json words_json(const Words& words, std::string_view prompt) {
  const std::size_t begin = std::min(words.begin, prompt.size());
  return {{"begin", words.begin}, {"length", words.length}, {"text", std::string(prompt.substr(begin, words.length))}};
}

json time_json(const ReadTime& time) {
  json out{{"written", base::format(time.written)}, {"begin_ns", time.absolute.begin.count()}};
  if (!time.absolute.open_ended()) out["end_ns"] = time.absolute.end.count();
  return out;
}

json remarks_json(const std::vector<Remark>& remarks, std::string_view prompt) {
  json out = json::array();
  for (const Remark& remark : remarks)
    out.push_back({{"words", words_json(remark.words, prompt)},
                   {"code", remark.code},
                   {"text", remark.text},
                   {"choices", remark.choices}});
  return out;
}

json text_or_null(const std::string& text) { return text.empty() ? json() : json(text); }

std::array<double, 2> pair_of(const json& pair) {
  if (!pair.is_array() || pair.size() != 2) throw base::InputError("a corner is a pair of numbers: [x, y]");
  return {pair[0].get<double>(), pair[1].get<double>()};
}

model::Region region_of(const json& drawn) {
  model::Region region;
  region.pixels = drawn.value("unit", "relative") == "px";
  if (drawn.contains("box") == drawn.contains("polygon"))
    throw base::InputError("a region has either a box or a polygon");
  if (drawn.contains("polygon")) {
    region.shape = model::Region::Shape::polygon;
    for (const json& corner : drawn["polygon"]) region.points.push_back(pair_of(corner));
  } else {
    const json& box = drawn["box"];
    if (!box.is_array() || box.size() != 4) throw base::InputError("a box needs four numbers: [x, y, width, height]");
    region.points = {{box[0].get<double>(), box[1].get<double>()}, {box[2].get<double>(), box[3].get<double>()}};
  }
  return region;
}

}  // namespace

json to_json(const Understanding& understanding, std::string_view prompt) {
  json clauses = json::array();
  for (const Clause& clause : understanding.clauses) {
    json times = json::array();
    for (const ReadTime& time : clause.times) times.push_back(time_json(time));
    clauses.push_back({{"words", words_json(clause.words, prompt)},
                       {"stage", text_or_null(clause.stage)},
                       {"meaning", clause.meaning},
                       {"times", std::move(times)}});
  }
  return {{"complete", understanding.complete()},
          {"clauses", std::move(clauses)},
          {"questions", remarks_json(understanding.questions, prompt)},
          {"refusals", remarks_json(understanding.refusals, prompt)},
          {"unknown", remarks_json(understanding.unknown, prompt)},
          {"notes", remarks_json(understanding.notes, prompt)},
          {"yaml", text_or_null(understanding.yaml)}};
}

std::string fault_of(const model::Region& region) {
  constexpr double rounding = 1e-9;
  const double most = region.pixels ? 1e6 : 1;
  const auto outside = [&](double number) { return !(number >= 0 && number <= most); };
  for (const auto& point : region.points)
    if (outside(point[0]) || outside(point[1]))
      return region.pixels ? "pixels count from 0" : "expected numbers from 0 to 1, or pixels";
  if (region.shape == model::Region::Shape::polygon)
    return region.points.size() < 3 ? "a polygon needs at least three corners" : "";
  if (region.points.size() != 2) return "a box needs four numbers: x, y, width and height";
  for (const std::size_t axis : {0U, 1U}) {
    const std::string name = axis == 0 ? "width" : "height";
    if (region.points[1].at(axis) <= 0) return "its " + name + " has to be more than 0";
    if (!region.pixels && region.points[0].at(axis) + region.points[1].at(axis) > 1 + rounding)
      return "it reaches past the edge of the picture by its " + name;
  }
  return {};
}

Drawn drawn_of(const json& drawn) {
  try {
    Drawn out{drawn.value("name", ""), region_of(drawn)};
    if (const std::string fault = fault_of(out.region); !fault.empty()) throw base::InputError(fault);
    return out;
  } catch (const json::exception&) {
    throw base::InputError("a region is a box or a polygon of numbers");
  }
}

}  // namespace reel::prompt
