#include "planner_question.hpp"

#include <algorithm>

#include "reel/base/text.hpp"
#include "reel/model/json.hpp"
#include "reel/model/pipeline.hpp"

namespace reel::prompt {
namespace {

using nlohmann::json;

constexpr std::size_t longest_text_of_media = 200, most_tags = 20, most_chapters = 100;
constexpr std::size_t longest_repaired = 20'000, most_errors = 20;

std::string words_in_prompt(const Ask& ask, const Words& words) {
  const std::size_t begin = std::min(words.begin, ask.text.size());
  return ask.text.substr(begin, words.length);
}

json remarks_json(const Ask& ask, const std::vector<Remark>& list) {
  json out = json::array();
  for (const Remark& remark : list)
    out.push_back({{"words", words_in_prompt(ask, remark.words)},
                   {"code", remark.code},
                   {"text", remark.text},
                   {"choices", remark.choices}});
  return out;
}

json reading_json(const Ask& ask, const Understanding& reading) {
  json clauses = json::array();
  for (const Clause& clause : reading.clauses)
    clauses.push_back(
        {{"words", words_in_prompt(ask, clause.words)}, {"stage", clause.stage}, {"meaning", clause.meaning}});
  return {{"pipeline", reading.yaml},
          {"clauses", clauses},
          {"questions", remarks_json(ask, reading.questions)},
          {"refusals", remarks_json(ask, reading.refusals)},
          {"unknown", remarks_json(ask, reading.unknown)},
          {"notes", remarks_json(ask, reading.notes)}};
}

std::string short_text_of_media(const std::string& text) {
  return base::beginning(base::printable(text), longest_text_of_media);
}

json media_json(const Ask& ask) {
  if (!ask.media) return nullptr;
  model::MediaInfo media = *ask.media;
  media.uri = ask.input;  // where it lies is nobody's business
  media.tags.clear();
  for (const auto& [name, value] : ask.media->tags)
    if (media.tags.size() < most_tags) media.tags[short_text_of_media(name)] = short_text_of_media(value);
  media.chapters.resize(std::min(media.chapters.size(), most_chapters));
  for (model::Chapter& chapter : media.chapters) chapter.title = short_text_of_media(chapter.title);
  return model::to_json(media);
}

}  // namespace

json planner_question(const Ask& ask, const model::StageSource& stages, const Understanding& reading) {
  json regions = json::array();
  for (const Drawn& drawn : ask.regions)
    regions.push_back({{"name", drawn.name}, {"region", model::to_yaml(model::Value(drawn.region))}});
  return {{"prompt", ask.text},
          {"input", ask.input},
          {"output", ask.output},
          {"media", media_json(ask)},
          {"regions", regions},
          {"labels", ask.labels},
          {"pipeline", ask.pipeline},
          {"schema", json::parse(model::json_schema(stages))},
          {"reading", reading_json(ask, reading)}};
}

json planner_repair(const std::string& answer, const model::Diagnosed& diagnosed) {
  json errors = json::array();
  for (const model::Diagnostic& fault : diagnosed.diagnostics)
    if (fault.severity == model::Severity::error && errors.size() < most_errors)
      errors.push_back({{"line", fault.mark.line},
                        {"column", fault.mark.column},
                        {"code", fault.code},
                        {"message", fault.message},
                        {"hint", fault.hint}});
  return {{"pipeline", base::beginning(answer, longest_repaired)}, {"errors", errors}};
}

}  // namespace reel::prompt
