#include "prompt_reading.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "records.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/service/submission.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

/// Of the kind of the video, where files of that kind can be written.
std::string output_name(const json& body, const std::optional<service::Video>& video) {
  if (const auto given = body.find("output"); given != body.end()) return *given;
  constexpr std::array kinds{".mp4", ".mov", ".mkv", ".webm", ".wav", ".flac", ".mp3", ".ogg", ".png", ".jpeg"};
  const std::string kind = video ? std::filesystem::path(video->name).extension().string() : "";
  return "edited" + (std::ranges::find(kinds, kind) == kinds.end() ? ".mp4" : kind);
}

/// As the inspection found it.
json media_of(const service::Video& video) {
  if (video.state == service::VideoState::rejected)
    throw refusal("video-not-ready", "video " + std::to_string(video.id) + " is rejected: " + video.fault);
  json media = parsed_or_null(video.media_json);
  if (media.is_null()) throw refusal("video-not-ready", "video " + std::to_string(video.id) + " is still inspected");
  return media;
}

json faults_of(const json& reading) {
  json faults = json::array();
  for (const char* const kind : {"questions", "refusals", "unknown"})
    for (const json& remark : reading.at(kind)) {
      const std::vector<std::string> choices = remark.at("choices");
      json fault{{"code", remark.at("code")}, {"message", remark.at("text")}, {"pointer", "/prompt"}};
      if (!choices.empty()) fault["hint"] = base::join_words(choices, "or");
      faults.push_back(std::move(fault));
    }
  return faults;
}

}  // namespace

json read_prompt(Core& core, const json& body, const std::optional<service::Video>& video) {
  service::PipelineChecker::Prompt prompt;
  prompt.text = body.at("prompt");
  prompt.regions = body.value("regions", json::array());
  prompt.pipeline = body.value("pipeline", "");
  prompt.output = output_name(body, video);
  if (video) {
    prompt.media = media_of(*video);
    prompt.input = service::video_uri(video->id);
  }
  try {
    return core.options.checker.read(prompt);
  } catch (const base::InputError& error) {
    throw refusal("invalid-body", error.what());
  }
}

std::string pipeline_of_prompt(Core& core, const json& body, const std::optional<service::Video>& video) {
  const json reading = read_prompt(core, body, video);
  if (reading.at("complete")) return reading.at("yaml");
  const json faults = faults_of(reading);
  throw refusal("prompt-incomplete", faults.empty() ? "the prompt asks for nothing" : faults[0].at("message"),
                {{"errors", faults}});
}

}  // namespace reel::http
