#include "verify/match.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace reel::engine::proof {
namespace {

using planner::Span;

constexpr std::size_t long_enough = 64;     ///< runs of so many packets need not be compared further
constexpr std::size_t no_chance = 4;        ///< so many equal packets in a row, elsewhere than expected, are no chance
constexpr std::size_t most_looked_at = 32;  ///< of places with the same packet
constexpr std::size_t most_leading = 16;    ///< pictures that lead a keyframe
constexpr std::size_t near_by = 8;          ///< packets in which a lost place is looked for

struct PrintHash {
  std::size_t operator()(const Print& print) const {
    std::size_t value = 0;
    std::memcpy(&value, print.data(), sizeof value);
    return value;
  }
};

class RunFinder {
 public:
  /// `keys` of the source: empty where that is of no interest.
  RunFinder(Prints source, Prints output, const std::vector<bool>& keys)
      : source_(source), output_(output), keys_(keys) {
    for (std::size_t i = 0; i < source.size(); ++i) places_[source[i]].push_back(i);
  }

  std::vector<Match> find() {
    std::vector<Match> runs;
    std::size_t next = 0, expected = 0;  // of the source
    for (std::size_t at = 0; at < output_.size();) {
      const std::optional<std::size_t> from = best(at, next, expected);
      if (!from) {
        ++at, ++expected;
        continue;
      }
      const std::size_t count = length(*from, at, output_.size());
      runs.push_back({*from, at, count});
      at += count;
      next = expected = *from + count;
    }
    return runs;
  }

 private:
  std::size_t length(std::size_t from, std::size_t at, std::size_t most) const {
    std::size_t count = 0;
    while (count < most && from + count < source_.size() && at + count < output_.size() &&
           source_[from + count] == output_[at + count])
      ++count;
    return count;
  }

  /// Of a keyframe without those that are decoded behind it and shown before it, which may have been rendered.
  std::size_t length_without_leading(std::size_t from, std::size_t at) const {
    if (from >= keys_.size() || !keys_[from]) return 0;
    std::size_t longest = 0;
    for (std::size_t skipped = 1; skipped <= most_leading && from + skipped + 1 < source_.size(); ++skipped)
      if (const std::size_t count = length(from + skipped + 1, at + 1, long_enough); count > 0)
        longest = std::max(longest, count + 1);
    return longest;
  }

  /// Where in the source, from `next` on, the output's packet `at` was copied from.
  std::optional<std::size_t> best(std::size_t at, std::size_t next, std::size_t expected) const {
    const auto found = places_.find(output_[at]);
    if (found == places_.end()) return std::nullopt;
    std::size_t longest = expected < source_.size() ? length(expected, at, long_enough) : 0;
    std::optional<std::size_t> chosen = longest > 0 ? std::optional(expected) : std::nullopt;
    const std::size_t enough = std::min(no_chance, output_.size() - at);
    auto place = std::ranges::lower_bound(found->second, next);
    for (std::size_t n = 0; n < most_looked_at && place != found->second.end(); ++n, ++place) {
      const std::size_t count = std::max(length(*place, at, long_enough), length_without_leading(*place, at));
      if (count >= enough && count > longest) longest = count, chosen = *place;
    }
    return chosen;
  }

  Prints source_, output_;
  const std::vector<bool>& keys_;
  std::unordered_map<Print, std::vector<std::size_t>, PrintHash> places_;
};

/// Follows a plan through the output.
class Follower {
 public:
  Follower(Prints source, Prints output, Alignment& alignment) : source_(source), output_(output), a_(alignment) {
    a_.from.resize(output.size());
  }

  void copy(const Span& span) {
    const std::size_t begin = at_;
    span_ = &span;
    std::size_t i = span.first;
    while (i < span.end && at_ < output_.size()) step(i, span.end);
    if (i < span.end) misfit(Misfit::Kind::missing, span.end - i);
    end(span, begin);
  }

  /// `next`: the first packet of the copy behind it.
  void render(const Span& span, std::optional<std::size_t> next) {
    const std::size_t begin = at_, count = span.pictures(), left = output_.size() - at_;
    std::size_t taken = std::min(count, left);
    if (next && !is(*next, at_ + taken))
      for (std::size_t off = 1; off <= near_by; ++off) {
        if (off <= count && is(*next, at_ + count - off)) taken = count - off;
        if (is(*next, at_ + count + off)) taken = count + off;
        if (taken != count) break;
      }
    at_ += taken;
    if (taken < count) misfit(Misfit::Kind::missing, count - taken);
    if (taken > count) misfit(Misfit::Kind::extra, taken - count);
    end(span, begin);
  }

  void finish() {
    if (at_ < output_.size()) misfit(Misfit::Kind::extra, output_.size() - at_);
  }

 private:
  /// Of a picture of the copy that is followed.
  std::size_t packet(std::size_t picture) const { return picture == span_->first ? span_->first_packet : picture; }
  bool same(std::size_t picture, std::size_t at) const { return is(packet(picture), at); }
  bool is(std::size_t from, std::size_t at) const {
    return from < source_.size() && at < output_.size() && source_[from] == output_[at];
  }
  void misfit(Misfit::Kind kind, std::size_t count) { a_.misfits.push_back({kind, at_, count}); }
  void take(std::size_t& i) { a_.from[at_++] = packet(i++); }

  void end(const Span& span, std::size_t begin) {
    const std::size_t count = at_ - begin;
    a_.stretches.push_back({span.kind, span.first, begin, count, count == span.pictures() && span.held == 0,
                            span.reason, span.marked.has_value()});
  }

  void step(std::size_t& i, std::size_t end) {
    if (same(i, at_)) return take(i);
    if (i + 1 < end && same(i + 1, at_) && same(i, at_ + 1)) {
      misfit(Misfit::Kind::swapped, 2);
      a_.from[at_] = packet(i + 1);
      a_.from[at_ + 1] = packet(i);
      i += 2, at_ += 2;
      return;
    }
    for (std::size_t off = 1; off <= near_by; ++off) {
      if (i + off < end && same(i + off, at_)) {
        misfit(Misfit::Kind::missing, off);
        i += off;
        return;
      }
      if (same(i, at_ + off)) {
        misfit(Misfit::Kind::extra, off);
        at_ += off;
        return;
      }
    }
    misfit(Misfit::Kind::changed, 1);
    ++i, ++at_;
  }

  Prints source_, output_;
  Alignment& a_;
  const Span* span_ = nullptr;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Match> runs_in_order(Prints source, Prints output, const std::vector<bool>& keys) {
  return RunFinder(source, output, keys).find();
}

Alignment align(const std::vector<Span>& plan, Prints source, Prints output) {
  Alignment alignment;
  Follower follower(source, output, alignment);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const bool copy_next = i + 1 < plan.size() && plan[i + 1].kind == Span::Kind::copy;
    if (plan[i].kind == Span::Kind::copy)
      follower.copy(plan[i]);
    else
      follower.render(plan[i], copy_next ? std::optional(plan[i + 1].first_packet) : std::nullopt);
  }
  follower.finish();
  return alignment;
}

Alignment all_rendered(std::size_t packets, const std::string& reason) {
  Alignment alignment;
  alignment.from.resize(packets);
  alignment.stretches.push_back({.kind = Span::Kind::render, .count = packets, .placed = false, .reason = reason});
  return alignment;
}

Alignment align(Prints source, Prints output, const std::vector<bool>& keys, const std::vector<bool>& output_keys) {
  Alignment alignment;
  alignment.from.resize(output.size());
  std::size_t at = 0, next = 0;
  const auto rendered = [&](std::size_t until, std::size_t source_until) {
    if (at == until) return;
    alignment.stretches.push_back({.kind = Span::Kind::render,
                                   .source = next,
                                   .output = at,
                                   .count = until - at,
                                   .placed = source_until - next == until - at,
                                   .reason = "none of its packets is the source's"});
  };
  for (const Match& run : runs_in_order(source, output, keys)) {
    rendered(run.output, run.source);
    alignment.stretches.push_back(
        {.source = run.source, .output = run.output, .count = run.count, .reason = "its packets are the source's"});
    // Behind a keyframe, those that lead it may be left out.
    const bool behind_key = run.output > 0 && alignment.from[run.output - 1] && keys[*alignment.from[run.output - 1]];
    const auto key_left_out = [&] {  // one of the source, in whose place the new one can stand
      for (std::size_t i = run.source; i > next && run.source - i <= most_leading; --i)
        if (keys[i - 1]) return true;
      return false;
    };
    const bool behind_new_key = run.output > 0 && run.output <= output_keys.size() && !alignment.from[run.output - 1] &&
                                output_keys[run.output - 1] && key_left_out();
    if (run.source > 0 && !keys[run.source] && !behind_key && !behind_new_key)
      alignment.misfits.push_back({Misfit::Kind::no_entry, run.output, 1});
    for (std::size_t i = 0; i < run.count; ++i) alignment.from[run.output + i] = run.source + i;
    at = run.output + run.count;
    next = run.source + run.count;
  }
  rendered(output.size(), source.size());
  return alignment;
}

}  // namespace reel::engine::proof
