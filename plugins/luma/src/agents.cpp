/// After https://docs.agents.lumalabs.ai, API version 2026-04-01.
#include "errors.hpp"
#include "service.hpp"

namespace reel::luma {

namespace {

constexpr const char* title = "Luma Agents";
constexpr const char* models[]{"ray-3.2"};
constexpr const char* ratios[]{"16:9", "9:16", "4:3", "3:4", "1:1", "21:9"};
constexpr const char* resolutions[]{"540p", "720p", "1080p"};

Json common(const Ask& ask, const char* type) {
  return {{"type", type},
          {"model", ask.choice("model", models, "ray-3.2", title)},
          {"prompt", ask.prompt(1, 6000, true, title)},
          {"video", {{"resolution", ask.choice("resolution", resolutions, "720p", title)}}}};
}

/// A picture by address, or the end or the start of an earlier generation.
void add_frame(const Ask& ask, Json& video, const char* key, const char* picture, const char* earlier) {
  ask.exclude(picture, earlier);
  if (ask.given(picture)) video[key] = {{"url", ask.address(picture)}};
  if (ask.given(earlier)) video[key] = {{"generation_id", ask.text(earlier)}};
}

Creation create(const Ask& ask) {
  ask.refuse("concepts", "the Agents API has none; say it in the prompt");
  Json body = common(ask, "video");
  body["aspect_ratio"] = ask.choice("aspect-ratio", ratios, "16:9", title);
  Json& video = body["video"];
  video["duration"] = ask.duration({5, 10}, title);
  add_frame(ask, video, "start_frame", "first-frame", "extend");
  add_frame(ask, video, "end_frame", "last-frame", "interpolate");
  const bool framed = video.contains("start_frame") || video.contains("end_frame");
  if (ask.flag("loop")) {
    if (video.contains("end_frame")) throw ParamError("loop", "a clip whose end is given cannot loop");
    video["loop"] = true;
  }
  if (string_at(video, "duration") == "10s" && (framed || ask.flag("loop")))
    throw ParamError("duration", "Luma Agents makes 10 s from words alone; with pictures or a loop it makes 5 s");
  return {"generations", body};
}

Creation edit(const Ask& ask) {
  ask.refuse("aspect-ratio", "only reframe changes it");
  Json body = common(ask, "video_edit");
  Json& how = body["video"]["edit"];
  const std::string mode = ask.text("mode");
  if (mode == "auto")
    how["auto_controls"] = true;
  else
    how["strength"] = mode + "_" + std::to_string(ask.number("strength"));
  if (ask.given("first-frame")) {
    how["keyframes"] = Json::array({{{"url", ask.address("first-frame")}}});
    how["keyframe_indexes"] = {0};
  }
  return {"generations", body};
}

Creation reframe(const Ask& ask) {
  ask.refuse("first-frame", "the Agents API takes none to reframe");
  Json body = common(ask, "video_reframe");
  body["aspect_ratio"] = ask.new_shape(ratios, title);
  return {"generations", body};
}

reel_error kind_of_failure(const std::string& code) {
  if (code == "content_moderated") return REEL_ERROR_REFUSED;
  if (code == "budget_exhausted") return REEL_ERROR_LIMIT;
  for (const char* passing : {"generation_failed", "output_not_found", "rate_limited"})
    if (code == passing) return REEL_ERROR_BUSY;
  for (const char* wrong : {"image_too_large", "unsupported_format", "corrupt_input", "invalid_request"})
    if (code == wrong) return REEL_ERROR_INVALID;
  return REEL_ERROR_FAILED;
}

class Agents : public Service {
  const char* id() const override { return "agents"; }
  const char* name() const override { return title; }
  const char* secret() const override { return "luma-agents-api-key"; }
  const char* key_variable() const override { return "LUMA_AGENTS_API_KEY"; }
  const char* base_variable() const override { return "LUMA_AGENTS_BASE_URL"; }
  const char* base() const override { return "https://agents.lumalabs.ai/v1"; }
  bool lists() const override { return false; }

  Creation prepare(const Ask& ask) const override {
    if (!ask.edits()) return create(ask);
    const std::string action = ask.text("action");
    if (action != "modify" && action != "reframe")
      throw ParamError("action", "Luma Agents has modify and reframe; for " + action + " say api: dream-machine");
    ask.check_input_length(30, title);
    Creation made = action == "modify" ? edit(ask) : reframe(ask);
    if (ask.given("generation")) made.body["source"] = {{"generation_id", ask.text("generation")}};
    return made;
  }

  Json body(const Json& prepared, const std::string& input, const std::string&) const override {
    Json body = prepared;
    if (string_at(body, "type") != "video" && !body.contains("source"))
      body["source"] = {{"url", input}, {"media_type", "video/mp4"}};
    return body;
  }

  Generation read(const Json& answer) const override {
    Generation g{.words = string_at(answer, "state")};
    if (g.words == "completed") g.state = REEL_GENERATION_DONE, g.fraction = 1;
    if (g.words == "processing") g.state = REEL_GENERATION_WORKING;
    if (g.words == "failed") {
      g.state = REEL_GENERATION_FAILED;
      g.failure_is = kind_of_failure(string_at(answer, "failure_code"));
      g.failure = failure_words(g.failure_is, string_at(answer, "failure_reason"));
    }
    return g;
  }

  std::string result(const Json& answer) const override {
    if (!answer.contains("output") || !answer["output"].is_array()) return {};
    for (const Json& item : answer["output"])
      if (string_at(item, "type") == "video") return string_at(item, "url");
    return {};
  }
};

}  // namespace

const Service& agents() {
  static const Agents instance;
  return instance;
}

}  // namespace reel::luma
