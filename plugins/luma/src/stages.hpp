/// The two stages, as far as authors see them. Their media come from the provider: neither is ever played.
#pragma once

#include <array>
#include <reel/sdk.hpp>
#include <string>

namespace reel::luma {

enum class Api { automatic, dream_machine, agents };
constexpr auto choices(Api) {
  return std::array{choice(Api::automatic, "auto", "The one that the model needs, or whose key is set"),
                    choice(Api::dream_machine, "dream-machine", "Dream Machine, with the key luma-api-key"),
                    choice(Api::agents, "agents", "Agents, with the key luma-agents-api-key")};
}

enum class Model { automatic, ray_2, ray_flash_2, ray_3_2 };
constexpr auto choices(Model) {
  return std::array{choice(Model::automatic, "auto", "The best that the API has"),
                    choice(Model::ray_2, "ray-2", "Ray 2, by Dream Machine"),
                    choice(Model::ray_flash_2, "ray-flash-2", "Ray 2 Flash, by Dream Machine: faster and cheaper"),
                    choice(Model::ray_3_2, "ray-3.2", "Ray 3.2, by Agents")};
}

enum class Shape { automatic, wide, tall, four_three, three_four, square, cinema, tower };
constexpr auto choices(Shape) {
  return std::array{choice(Shape::automatic, "auto", "16:9 for a new clip, otherwise as the input"),
                    choice(Shape::wide, "16:9", "Wide, as television"),
                    choice(Shape::tall, "9:16", "Tall, as telephones are held"),
                    choice(Shape::four_three, "4:3", "As old television"),
                    choice(Shape::three_four, "3:4", "As an upright photograph"),
                    choice(Shape::square, "1:1", "Square"),
                    choice(Shape::cinema, "21:9", "As cinema"),
                    choice(Shape::tower, "9:21", "Very tall, by Dream Machine")};
}

enum class Resolution { automatic, p540, p720, p1080, k4 };
constexpr auto choices(Resolution) {
  return std::array{choice(Resolution::automatic, "auto", "720p; 1080p where the action is upscale"),
                    choice(Resolution::p540, "540p", "540 lines: cheapest"),
                    choice(Resolution::p720, "720p", "720 lines"), choice(Resolution::p1080, "1080p", "1080 lines"),
                    choice(Resolution::k4, "4k", "2160 lines, by Dream Machine")};
}

enum class Action { modify, reframe, upscale, audio };
constexpr auto choices(Action) {
  return std::array{
      choice(Action::modify, "modify", "Makes the pictures anew as the prompt says, with the motion of the input"),
      choice(Action::reframe, "reframe", "Gives them another shape, and paints what is new in it"),
      choice(Action::upscale, "upscale", "Gives a generation of Luma's more lines; Dream Machine only"),
      choice(Action::audio, "audio", "Gives a generation of Luma's sound; Dream Machine only")};
}

enum class Mode { automatic, adhere, flex, reimagine };
constexpr auto choices(Mode) {
  return std::array{choice(Mode::automatic, "auto", "Agents decides by the input; Dream Machine takes flex"),
                    choice(Mode::adhere, "adhere", "Stays close to the input"),
                    choice(Mode::flex, "flex", "Keeps motion and shapes, changes the rest"),
                    choice(Mode::reimagine, "reimagine", "Takes the input as a hint")};
}

/// An element that cannot be played, and says so to whoever tries.
template <class Self>
struct NeverPlayed : PadStage<Self> {
  template <class Params>
  void start(GstElement*, const Params&) const {
    throw Error(std::string(Self::stage.name) +
                " is made by Luma before anything plays: only Reelwork can run it, with `uses` in a pipeline");
  }
  template <class Params>
  GstFlowReturn chain(GstElement*, GstPad*, GstBuffer* buffer, const Params&) const {
    gst_buffer_unref(buffer);
    return GST_FLOW_NOT_SUPPORTED;
  }
};

struct Luma : NeverPlayed<Luma> {
  static constexpr StageInfo stage{
      .name = "reel-luma",
      .title = "Luma",
      .summary = "Makes a clip from a prompt, with Luma's Dream Machine or Agents; costs money",
      .contract = "whole",
      .synonyms = "generate,dream",
      .during = false,
  };
  static constexpr std::array pads{PadInfo{"src", GST_PAD_SRC, GST_PAD_ALWAYS, "video/x-raw"}};

  struct Params {
    std::string prompt;
    Model model = Model::automatic;
    Time duration = std::chrono::seconds(5);
    Shape aspect_ratio = Shape::automatic;
    Resolution resolution = Resolution::automatic;
    bool loop = false;
    std::string concepts;
    Uri first_frame, last_frame;
    std::string extend, interpolate;
    bool fresh = false;
    Api api = Api::automatic;
  };
  static constexpr auto params = reel::params(
      param("prompt", &Params::prompt, "What is to be seen, in words").required().fixed(),
      param("model", &Params::model, "Luma's model").fixed(),
      param("duration", &Params::duration, "Length of the clip: 5 s or 9 s by Dream Machine, 5 s or 10 s by Agents")
          .range(1, 60)
          .fixed(),
      param("aspect-ratio", &Params::aspect_ratio, "Shape of the picture").fixed(),
      param("resolution", &Params::resolution, "Lines of the picture's shorter side").fixed(),
      param("loop", &Params::loop, "The end goes over into the beginning").fixed(),
      param("concepts", &Params::concepts,
            "Camera moves by Luma's names, such as dolly_zoom, with commas between them; Dream Machine only")
          .fixed(),
      param("first-frame", &Params::first_frame,
            "Address of a picture that the clip begins with: https, for Luma fetches it")
          .fixed(),
      param("last-frame", &Params::last_frame,
            "Address of a picture that the clip ends with: https, for Luma fetches it")
          .fixed(),
      param("extend", &Params::extend, "Id of an earlier generation that the clip goes on from").fixed(),
      param("interpolate", &Params::interpolate, "Id of an earlier generation that the clip leads to").fixed(),
      param("fresh", &Params::fresh, "Makes it anew, and pays anew, although there is a result for the same request")
          .fixed(),
      param("api", &Params::api, "Which of Luma's two services").fixed());
};

struct LumaEdit : NeverPlayed<LumaEdit> {
  static constexpr StageInfo stage{
      .name = "reel-luma-edit",
      .title = "Luma edit",
      .summary = "Changes a clip, or a part of it, by a prompt, with Luma's Dream Machine or Agents; costs money",
      .contract = "pointwise",
      .synonyms = "restyle,reimagine",
  };
  static constexpr std::array pads{PadInfo{"sink", GST_PAD_SINK, GST_PAD_ALWAYS, "video/x-raw"},
                                   PadInfo{"src", GST_PAD_SRC, GST_PAD_ALWAYS, "video/x-raw"}};

  struct Params {
    Action action = Action::modify;
    std::string prompt;
    Mode mode = Mode::flex;
    int strength = 2;
    Model model = Model::automatic;
    Uri first_frame;
    Resolution resolution = Resolution::automatic;
    Shape aspect_ratio = Shape::automatic;
    std::string generation;
    bool fresh = false;
    Api api = Api::automatic;
    Ranges during;
  };
  static constexpr auto params = reel::params(
      param("action", &Params::action, "What is done").fixed(),
      param("prompt", &Params::prompt,
            "What is to be seen, or heard, in words; reframe, upscale and audio may do without")
          .fixed(),
      param("mode", &Params::mode, "How far modify may go from the input").fixed(),
      param("strength", &Params::strength, "How far within that mode, from 1 to 3").range(1, 3).fixed(),
      param("model", &Params::model, "Luma's model").fixed(),
      param("first-frame", &Params::first_frame,
            "Address of a picture that shows how the first frame is to look: https, for Luma fetches it")
          .fixed(),
      param("resolution", &Params::resolution, "Lines of the picture's shorter side").fixed(),
      param("aspect-ratio", &Params::aspect_ratio, "New shape of the picture; reframe needs it").fixed(),
      param("generation", &Params::generation,
            "Id of the generation that upscale and audio work on; by Agents, also in place of the input")
          .fixed(),
      param("fresh", &Params::fresh, "Makes it anew, and pays anew, although there is a result for the same request")
          .fixed(),
      param("api", &Params::api, "Which of Luma's two services").fixed());
};

}  // namespace reel::luma
