#include <algorithm>
#include <ranges>

#include "verify/scene.hpp"

namespace reel::engine::proof {
namespace {

using base::Time;

std::string off_words(Time off) {
  return "sound is " + base::format_milliseconds(std::chrono::abs(off)) + (off < Time{0} ? " early" : " late");
}

class Sound {
 public:
  Sound(const Scene& scene, Findings& findings)
      : scene_(scene), findings_(findings), source_(*scene.source.sound), output_(*scene.output.sound) {
    result_ = {.present = true, .packets = output_.count()};
    // Joins are at whole packets, and pictures last as long as they do: half of either is as near as can be.
    half_ = std::max(picture_step(), output_.step()) / 2 + source_.tick() + output_.tick();
    if (!scene.output.pictures || !scene.source.pictures) return;
    for (std::size_t s = 0; s < scene.alignment.stretches.size(); ++s) add_piece(s);
    all_placed_ = pieces_.size() == scene.alignment.stretches.size();
  }

  VerifiedSound check() {
    check_order();
    check_gaps();
    const auto planned = scene_.plan ? scene_.plan->sound : planner::Treatment::render;
    if (planned == planner::Treatment::copy)
      check_copy();
    else if (planned == planner::Treatment::splice && scene_.plan->parts.grid.frame > 1)
      check_parts(scene_.plan->parts);
    else
      check_runs();
    if (result_.same_packets < output_.count() || (scene_.plan && scene_.plan->spans.empty())) check_ends();
    return result_;
  }

 private:
  /// Pictures of the source that are shown together, and how much later.
  struct Piece {
    Time begin{0}, end{0}, shift{0};
  };

  Time picture_step() const { return scene_.output.pictures ? scene_.output.pictures->step() : Time{0}; }
  Time moment(std::size_t i) const {
    if (output_.count() == 0) return Time{0};
    return (i < output_.count() ? output_.time(i) : output_.end(output_.count() - 1)) - scene_.output.start;
  }

  void add_piece(std::size_t number) {
    const Stretch& stretch = scene_.alignment.stretches[number];
    const auto shift = scene_.shift(number);
    if (!shift || !stretch.placed || stretch.count == 0) return;
    const Track& pictures = *scene_.source.pictures;
    const auto at = [&](std::size_t place) { return pictures.displayed[std::min(place, pictures.count() - 1)]; };
    pieces_.push_back(
        {pictures.time(at(stretch.source)), pictures.end(at(stretch.source + stretch.count - 1)), *shift});
  }

  void check_order() {
    for (std::size_t i = 1; i < output_.count(); ++i)
      if (output_.dts[i] != AV_NOPTS_VALUE && output_.dts[i] <= output_.dts[i - 1])
        findings_.add("sound", "order", moment(i),
                      "this packet of sound is to be decoded no later than the one before it");
  }

  static Time gap_before(const Track& track, std::size_t i) { return track.time(i) - track.end(i - 1); }
  static Time widest_gap(const Track& track) {
    Time widest{0};
    for (std::size_t i = 1; i < track.count(); ++i) widest = std::max(widest, gap_before(track, i));
    return widest;
  }

  void check_gaps() {
    const Time allowed = std::max(widest_gap(source_), output_.step() / 2) + source_.tick() + output_.tick();
    for (std::size_t i = 1; i < output_.count(); ++i)
      if (const Time gap = gap_before(output_, i); gap > allowed)
        findings_.add("sound", "gap", moment(i - 1), "sound has a gap of " + base::format_milliseconds(gap));
  }

  void report(const std::vector<Misfit>& misfits) {
    for (const Misfit& m : misfits) {
      const bool missing = m.kind == Misfit::Kind::missing, extra = m.kind == Misfit::Kind::extra;
      findings_.add("sound", "packets", moment(m.output),
                    missing ? std::to_string(m.count) + " of the source's packets of sound missing here"
                    : extra ? std::to_string(m.count) + " packets of sound here that the source does not have"
                            : "this packet of sound is not the source's, though the plan copies it",
                    m.count);
    }
  }

  void check_copy() {
    const Alignment all = align({{.end = source_.count()}}, source_.prints, output_.prints);
    report(all.misfits);
    const Time tolerance = source_.tick() + output_.tick();
    std::optional<Time> shift = planned_shift();
    for (std::size_t i = 0; i < output_.count(); ++i) {
      if (!all.from[i]) continue;
      ++result_.same_packets;
      const Time moved = output_.time(i) - source_.time(*all.from[i]);
      if (!shift) shift = moved;
      result_.worst_offset = std::max(result_.worst_offset, std::chrono::abs(moved - *shift));
      if (std::chrono::abs(moved - *shift) > tolerance)
        findings_.add("sound", "step", moment(i), off_words(moved - *shift));
    }
  }

  /// How much later all is than in the source; where no picture is copied, the first packet of sound has to tell.
  std::optional<Time> planned_shift() const {
    if (scene_.plan->spans.empty()) return std::nullopt;
    return scene_.origin - scene_.source.start;
  }

  /// Packets of the output lie on a grid: the n-th is the source's n + moved.
  void check_parts(const planner::SoundPlan& plan) {
    std::vector<planner::Span> spans;
    for (const planner::SoundSpan& s : plan.spans) {
      const std::int64_t moved = s.kind == planner::Span::Kind::copy ? s.moved : 0;
      const auto first = static_cast<std::size_t>(std::max<std::int64_t>(0, s.first + moved));
      spans.push_back({.kind = s.kind,
                       .first = first,
                       .end = first + static_cast<std::size_t>(s.packets()),
                       .first_packet = first});
    }
    const Alignment all = align(spans, source_.prints, output_.prints);
    report(all.misfits);
    std::optional<Time> origin = scene_.plan->spans.empty() ? std::nullopt : std::optional(scene_.origin);
    for (std::size_t s = 0; s < all.stretches.size(); ++s)
      for (std::size_t i = all.stretches[s].output; i < all.stretches[s].output + all.stretches[s].count; ++i) {
        if (!all.from[i]) continue;
        ++result_.same_packets;
        const auto number = static_cast<std::int64_t>(*all.from[i]) - plan.spans[s].moved;
        const Time planned{av_rescale(plan.grid.begin_of(number), 1'000'000'000, plan.grid.rate)};
        if (!origin) origin = output_.time(i) - planned;
        check_planned(i, output_.time(i) - *origin - planned);
        if (!pieces_.empty()) check_step(*all.from[i], i);
      }
  }
  void check_planned(std::size_t i, Time off) {
    const Time tolerance =
        std::chrono::milliseconds(1) + source_.tick() + output_.tick();  // MP4's edit lists are so coarse
    if (std::chrono::abs(off) > tolerance)
      findings_.add("sound", "place", moment(i), off_words(off) + ", as far as the plan goes");
  }

  void check_runs() {
    for (const Match& run : runs_in_order(source_.prints, output_.prints)) {
      result_.same_packets += run.count;
      for (std::size_t i = 0; i < run.count && !pieces_.empty(); ++i) check_step(run.source + i, run.output + i);
    }
  }

  /// How far from the pictures of a piece, as the output shows them.
  static Time distance(const Piece& p, Time at) {
    const Time from_source = at - p.shift;
    return from_source < p.begin ? p.begin - from_source : from_source >= p.end ? from_source - p.end : Time{0};
  }

  static bool within(const Piece& p, Time at, Time margin) {
    return at - p.shift >= p.begin + margin && at - p.shift < p.end - margin;
  }

  /// A packet at a join belongs to either side.
  void check_step(std::size_t from, std::size_t to) {
    const Time at = output_.time(to), shift = at - source_.time(from), reach = source_.step() + half_;
    const auto near = [&](const Piece& p) { return distance(p, at); };
    // Of pictures that are new nobody knows where they belong, nor the sound with them.
    if (!all_placed_ && std::ranges::none_of(pieces_, [&](const Piece& p) { return within(p, at, reach); })) return;
    const Time nearest = near(*std::ranges::min_element(pieces_, {}, near));
    Time off = Time::max();
    for (const Piece& p : pieces_)
      if (near(p) <= nearest + reach && std::chrono::abs(shift - p.shift) < std::chrono::abs(off))
        off = shift - p.shift;
    if (std::chrono::abs(off) > half_ && same_in_step(to)) return;
    result_.worst_offset = std::max(result_.worst_offset, std::chrono::abs(off));
    if (std::chrono::abs(off) > half_) findings_.add("sound", "step", moment(to), off_words(off));
  }

  /// Whether the packet that should be here holds the same, as all do in silence.
  bool same_in_step(std::size_t to) const {
    const auto numbers = std::views::iota(std::size_t{0}, source_.count());
    return std::ranges::any_of(pieces_, [&](const Piece& p) {
      const Time at = output_.time(to) - p.shift;
      if (at < p.begin - half_ || at > p.end + half_) return false;
      auto near = std::ranges::lower_bound(numbers, at - half_, {}, [&](std::size_t i) { return source_.time(i); });
      for (; near != numbers.end() && source_.time(*near) <= at + half_; ++near)
        if (source_.prints[*near] == output_.prints[to]) return true;
      return false;
    });
  }

  /// Rendered sound begins and ends with the pictures, or beside them as the source's does.
  void check_ends() {
    if (!scene_.output.pictures || !scene_.source.pictures || output_.count() == 0 || source_.count() == 0) return;
    const auto ends = [](const File& file) {
      const Track &p = *file.pictures, &s = *file.sound;
      // What lies before 0 is for decoders to settle, whether the file says so or not.
      return std::pair{std::max(s.time(0) + s.unheard, Time{0}) - p.time(p.displayed.front()),
                       s.end(s.count() - 1) - p.end(p.displayed.back())};
    };
    const auto [begin, end] = ends(scene_.output);
    const auto [source_begin, source_end] = ends(scene_.source);
    const auto check = [&](Time off, Time source_off, Time tolerance, std::size_t at, const char* what) {
      if (std::min(std::chrono::abs(off), std::chrono::abs(off - source_off)) > tolerance)
        findings_.add("sound", what, moment(at),
                      std::string("sound ") + what + " " + base::format_milliseconds(std::chrono::abs(off)) +
                          (off < Time{0} ? " before" : " after") + " the pictures");
    };
    check(begin, source_begin, half_, 0, "begins");
    // The last packet is whole, whatever of it is heard.
    check(end, source_end, half_ + output_.step(), output_.count(), "ends");
  }

  const Scene& scene_;
  Findings& findings_;
  const Track &source_, &output_;
  Time half_{0};
  std::vector<Piece> pieces_;
  bool all_placed_ = true;
  VerifiedSound result_;
};

}  // namespace

VerifiedSound check_sound(const Scene& scene, Findings& findings) {
  const bool before = scene.source.sound.has_value(), after = scene.output.sound.has_value();
  if (before && after) return Sound(scene, findings).check();
  const bool wanted = before && (!scene.plan || scene.plan->sound != planner::Treatment::none);
  if (wanted && !after) findings.add("sound", "none", Time{0}, "there is no sound, though the source has some");
  const bool brought = scene.plan && scene.plan->sound == planner::Treatment::render;
  if (after && !brought) findings.add("sound", "more", Time{0}, "there is sound, though the source has none");
  return {.present = after, .packets = after ? scene.output.sound->count() : 0};
}

}  // namespace reel::engine::proof
