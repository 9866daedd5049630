/// reel-anonymize: makes faces and people unrecognisable.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <reel/sdk.hpp>

#include "buffers.hpp"
#include "cover.hpp"
#include "mask/locator.hpp"

namespace reel::removal {

constexpr auto choices(Cover) {
  return std::array{choice(Cover::blur, "blur", "Blurs it beyond recognition"),
                    choice(Cover::pixelate, "pixelate", "Shows it as a few squares"),
                    choice(Cover::fill, "fill", "Covers it in black")};
}

class Anonymize : public PadStage<Anonymize> {
 public:
  static constexpr StageInfo stage{
      .name = "reel-anonymize",
      .title = "Anonymize",
      .summary = "Makes faces, people or what is drawn around unrecognisable, wherever they go",
      .contract = "window 60 60 from-begin=track,target",
      .synonyms = "anonymise,conceal,censor,disguise"};
  struct Params {
    std::string target;
    Which which = Which::all;
    Region region;
    bool track = false;
    File mask;
    Cover mode = Cover::blur;
    double margin = 0.2;
    Ranges during;
  };
  static constexpr auto params = reel::params(
      param("target", &Params::target, "What is hidden: face or person").fixed(),
      param("which", &Params::which, "Which of several targets").fixed(),
      param("region", &Params::region, "Where it is, instead of a target"),
      param("track", &Params::track,
            "Whether the region is drawn around it at the first moment, and at each of its keyframes, and followed "
            "from there")
          .fixed(),
      param("mask", &Params::mask, "A picture or a video that is white where it is, instead of a target").fixed(),
      param("mode", &Params::mode, "What is shown instead"),
      param("margin", &Params::margin, "How far around it is hidden, too, as a share of its thickness").range(0, 1));
  static constexpr std::array pads = picture_pads;

  void start(GstElement* e, const Params& params);
  GstFlowReturn chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const Params& params);
  bool event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params);
  bool query(GstElement* e, GstPad* pad, GstQuery* query, const Params& params);

 private:
  /// A picture that has come and not yet been forgotten.
  struct Waiting {
    BufferPtr buffer;
    std::int64_t number;
    bool wanted;
    Cover mode;
    double margin;
    cv::Mat mask;
  };

  int held() const;
  void set_masks(const std::vector<Located>& located);
  cv::Mat mask_around(std::size_t index) const;
  BufferPtr covered(const Waiting& entry, const cv::Mat& mask) const;
  GstFlowReturn push_next();
  GstFlowReturn drain(const Params& params);
  void forget();

  GstElement* element_ = nullptr;
  GstPad* source_ = nullptr;
  GstSegment segment_{};
  GstVideoInfo format_{};
  Locator locator_;
  std::optional<Analysis> last_;
  std::deque<Waiting> pictures_;  ///< a few that are gone, then those that wait
  std::size_t gone_ = 0;          ///< of those
  std::int64_t next_number_ = 0;
};

}  // namespace reel::removal
