/// After https://docs.lumalabs.ai and Luma's client `lumaai` 1.19.1.
#include "dream_machine.hpp"

#include <ctime>

#include "errors.hpp"
#include "service.hpp"

namespace reel::luma {

namespace {

constexpr const char* title = "Luma Dream Machine";
constexpr const char* models[]{"ray-2", "ray-flash-2"};
constexpr const char* ratios[]{"16:9", "9:16", "4:3", "3:4", "1:1", "21:9", "9:21"};
constexpr const char* resolutions[]{"540p", "720p", "1080p", "4k"};
constexpr const char* decides = "Luma Dream Machine decides this for the action; leave it out";

Json image(const std::string& url) { return {{"type", "image"}, {"url", url}}; }
Json generation(const std::string& id) { return {{"type", "generation"}, {"id", id}}; }

Json keyframes(const Ask& ask) {
  ask.exclude("first-frame", "extend");
  ask.exclude("last-frame", "interpolate");
  Json frames = Json::object();
  if (ask.given("first-frame")) frames["frame0"] = image(ask.address("first-frame"));
  if (ask.given("extend")) frames["frame0"] = generation(ask.text("extend"));
  if (ask.given("last-frame")) frames["frame1"] = image(ask.address("last-frame"));
  if (ask.given("interpolate")) frames["frame1"] = generation(ask.text("interpolate"));
  if (frames.contains("frame1") && ask.flag("loop")) throw ParamError("loop", "a clip whose end is given cannot loop");
  return frames;
}

Json concepts(const std::string& text) {
  Json keys = Json::array();
  for (std::string_view word : detail::split(text, ','))
    if (!word.empty()) keys.push_back({{"key", word}});
  return keys;
}

Creation create(const Ask& ask) {
  const Json frames = keyframes(ask);
  Json body{{"generation_type", "video"},
            {"model", ask.choice("model", models, "ray-2", title)},
            {"prompt", ask.prompt(3, 5000, true, title)},
            {"aspect_ratio", ask.choice("aspect-ratio", ratios, "16:9", title)},
            {"resolution", ask.choice("resolution", resolutions, "720p", title)},
            {"duration", ask.duration({5, 9}, title)},
            {"loop", ask.flag("loop")}};
  if (!frames.empty()) body["keyframes"] = frames;
  if (const Json keys = concepts(ask.text("concepts")); !keys.empty()) body["concepts"] = keys;
  return {"generations/video", body};
}

Json edit_body(const Ask& ask, const char* type) {
  ask.refuse("resolution", decides);
  ask.refuse("generation", "Luma Dream Machine modifies and reframes the input, not a generation; leave it out");
  Json body{{"generation_type", type}, {"model", ask.choice("model", models, "ray-2", title)}};
  if (ask.given("first-frame")) body["first_frame"] = {{"url", ask.address("first-frame")}};
  return body;
}

Creation modify(const Ask& ask) {
  ask.refuse("aspect-ratio", "only reframe changes it");
  Json body = edit_body(ask, "modify_video");
  ask.check_input_length(string_at(body, "model") == "ray-2" ? 10 : 15, title);
  body["prompt"] = ask.prompt(3, 5000, true, title);
  const std::string mode = ask.text("mode");
  body["mode"] = (mode == "auto" ? "flex" : mode) + "_" + std::to_string(ask.number("strength"));
  return {"generations/video/modify", body};
}

Creation reframe(const Ask& ask) {
  Json body = edit_body(ask, "reframe_video");
  ask.check_input_length(string_at(body, "model") == "ray-2" ? 10 : 30, title);
  body["aspect_ratio"] = ask.new_shape(ratios, title);
  if (const auto words = ask.prompt(3, 5000, false, title); !words.empty()) body["prompt"] = words;
  return {"generations/video/reframe", body};
}

/// The path of what is done to a generation that Luma has already.
std::string on_generation(const Ask& ask, const char* what) {
  const std::string id = ask.text("generation");
  if (id.empty())
    throw ParamError("generation", std::string(what) + " needs the id of the generation that it works on");
  if (id.find_first_not_of("0123456789abcdefABCDEF-") != std::string::npos)
    throw ParamError("generation", "'" + id + "' is no id of a generation");
  return "generations/" + id + "/" + what;
}

Creation upscale(const Ask& ask) {
  ask.refuse("aspect-ratio", "only reframe changes it");
  return {
      on_generation(ask, "upscale"),
      {{"generation_type", "upscale_video"}, {"resolution", ask.choice("resolution", resolutions, "1080p", title)}}};
}

Creation audio(const Ask& ask) {
  ask.refuse("aspect-ratio", "only reframe changes it");
  ask.refuse("resolution", "only upscale changes it");
  Json body{{"generation_type", "add_audio"}};
  if (const auto words = ask.prompt(3, 5000, false, title); !words.empty()) body["prompt"] = words;
  return {on_generation(ask, "audio"), body};
}

class DreamMachine : public Service {
  const char* id() const override { return "dream-machine"; }
  const char* name() const override { return title; }
  const char* secret() const override { return "luma-api-key"; }
  const char* key_variable() const override { return "LUMAAI_API_KEY"; }
  const char* base_variable() const override { return "LUMAAI_BASE_URL"; }
  const char* base() const override { return "https://api.lumalabs.ai/dream-machine/v1"; }
  bool lists() const override { return true; }

  Creation prepare(const Ask& ask) const override {
    if (!ask.edits()) return create(ask);
    const std::string action = ask.text("action");
    if (action == "modify") return modify(ask);
    if (action == "reframe") return reframe(ask);
    return action == "upscale" ? upscale(ask) : audio(ask);
  }

  Json body(const Json& prepared, const std::string& input, const std::string& callback) const override {
    Json body = prepared;
    const std::string type = string_at(body, "generation_type");
    if (type == "modify_video" || type == "reframe_video") body["media"] = {{"url", input}};
    if (!callback.empty()) body["callback_url"] = callback;
    return body;
  }

  Generation read(const Json& answer) const override {
    Generation g{.words = string_at(answer, "state")};
    if (g.words == "completed") g.state = REEL_GENERATION_DONE, g.fraction = 1;
    if (g.words == "dreaming") g.state = REEL_GENERATION_WORKING;
    if (answer.contains("assets")) g.preview = string_at(answer["assets"], "progress_video");
    if (g.words == "failed") {
      g.state = REEL_GENERATION_FAILED;
      g.failure_is = failure_kind(string_at(answer, "failure_reason"));
      g.failure = failure_words(g.failure_is, string_at(answer, "failure_reason"));
    }
    return g;
  }

  std::string result(const Json& answer) const override {
    return answer.contains("assets") ? string_at(answer["assets"], "video") : std::string();
  }
};

/// An address of a clip, or what it is instead. A later signature makes it no other clip.
Json without_query(Json media) {
  if (media.is_object() && media.contains("url")) {
    const std::string url = string_at(media, "url");
    media["url"] = url.substr(0, url.find('?'));
  }
  return media;
}

}  // namespace

const Service& dream_machine() {
  static const DreamMachine instance;
  return instance;
}

std::optional<std::int64_t> parse_created(const std::string& text) {
  std::tm time{};
  const char* const rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  if (rest == nullptr) return std::nullopt;
  return timegm(&time);
}

bool is_echo_of(const Json& echoed, const Json& sent) {
  if (!echoed.is_object()) return false;
  for (const auto& [key, value] : sent.items())
    if (!echoed.contains(key) || without_query(echoed[key]) != without_query(value)) return false;
  // What we would have sent, had it been asked for. Other fields are the service's own defaults.
  for (const char* key : {"keyframes", "concepts", "first_frame", "prompt"})
    if (!sent.contains(key) && echoed.contains(key) && !echoed[key].is_null()) return false;
  return true;
}

}  // namespace reel::luma
