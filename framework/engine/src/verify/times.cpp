#include <algorithm>

#include "reel/base/text.hpp"
#include "verify/scene.hpp"

namespace reel::engine::proof {
namespace {

using base::Time;

std::string words(const Misfit& misfit, bool planned) {
  switch (misfit.kind) {
    case Misfit::Kind::changed:
      return "this packet is not the source's, though the plan copies it";
    case Misfit::Kind::missing:
      return base::counted(misfit.count, "packet") + " of the plan " + (misfit.count == 1 ? "is" : "are") +
             " missing here";
    case Misfit::Kind::extra:
      return base::counted(misfit.count, "packet") + " here " + (misfit.count == 1 ? "is" : "are") + " not in the plan";
    case Misfit::Kind::swapped:
      return "two packets are swapped";
    case Misfit::Kind::no_entry:
      break;
  }
  return planned ? "" : "packets of the source begin where no decoder can begin: those before are missing or changed";
}

std::string kind_of(const Misfit& misfit) { return std::to_string(static_cast<int>(misfit.kind)); }

/// Of a signed distance: `0:00.04 later`.
std::string later(Time distance) {
  return base::format_moment(std::chrono::abs(distance)) + (distance < Time{0} ? " earlier" : " later");
}

class Times {
 public:
  Times(const Scene& scene, Findings& findings)
      : scene_(scene),
        findings_(findings),
        source_(*scene.source.pictures),
        output_(*scene.output.pictures),
        tolerance_(source_.tick() + output_.tick()) {
    for (std::size_t s = 0; s < scene.alignment.stretches.size(); ++s) shifts_.push_back(shift_of(s));
  }

  void check() {
    for (std::size_t i = 0; i < output_.count(); ++i) {
      check_decoding(i);
      check_place(i);
    }
  }

 private:
  /// How much later than in the source the pictures of a stretch should be shown.
  std::optional<Time> shift_of(std::size_t stretch) const {
    const planner::Span* const span = scene_.planned(stretch);
    if (span == nullptr) return scene_.shift(stretch);
    return span->output.begin - span->source.begin + scene_.origin - scene_.source.start;
  }

  void check_decoding(std::size_t i) {
    const auto pts = output_.pts[i], dts = output_.dts[i];
    if (pts == AV_NOPTS_VALUE && dts == AV_NOPTS_VALUE)
      findings_.add("times", "none", scene_.moment(i), "this packet has no time");
    if (dts == AV_NOPTS_VALUE) return;
    if (pts != AV_NOPTS_VALUE && dts > pts)
      findings_.add("times", "late", scene_.moment(i), "this picture is to be shown before it is decoded");
    if (i > 0 && output_.dts[i - 1] != AV_NOPTS_VALUE && dts <= output_.dts[i - 1])
      findings_.add("times", "order", scene_.moment(i), "this packet is to be decoded no later than the one before it");
  }

  void check_place(std::size_t i) {
    const auto shows = scene_.shows[output_.place[i]];
    if (source_.untimed || output_.untimed || !shows || scene_.stretch[i] >= shifts_.size() ||
        !shifts_[scene_.stretch[i]])
      return;
    const Time expected = source_.time(source_.displayed[*shows]) + *shifts_[scene_.stretch[i]];
    const Time off = output_.time(i) - expected;
    if (std::chrono::abs(off) > tolerance_)
      findings_.add("times", "place", scene_.moment(i),
                    "this picture is shown " + later(off) + (scene_.plan ? " than planned" : " than those around it"));
  }

  const Scene& scene_;
  Findings& findings_;
  const Track &source_, &output_;
  const Time tolerance_;
  std::vector<std::optional<Time>> shifts_;
};

}  // namespace

void check_packets(const Scene& scene, Findings& findings) {
  for (const Misfit& m : scene.alignment.misfits)
    findings.add("packets", kind_of(m), scene.moment(m.output), words(m, scene.plan.has_value()), m.count);
  if (!scene.plan && std::ranges::none_of(scene.alignment.from, [](const auto& from) { return from.has_value(); }))
    findings.add("packets", "none", Time{0}, "no packet of pictures is the source's");
}

void check_times(const Scene& scene, Findings& findings) { Times(scene, findings).check(); }

}  // namespace reel::engine::proof
