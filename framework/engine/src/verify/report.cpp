#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "reel/base/text.hpp"
#include "reel/engine/verify.hpp"

namespace reel::engine {
namespace {

using Json = nlohmann::ordered_json;
using base::counted;
using base::seconds;
using planner::Span;

constexpr std::size_t most_rows = 40;  ///< a table longer than this helps nobody

Json json_of(const base::TimeRange& range) { return {seconds(range.begin), seconds(range.end)}; }

std::string range_text(const base::TimeRange& range) {
  return base::format_moment(range.begin) + ".." + base::format_moment(range.end);
}

std::string psnr_text(const VerifiedSpan& span) {
  if (!span.psnr) return "";
  if (std::isinf(*span.psnr)) return "the same";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f dB", *span.psnr);
  return text.data();
}

/// `1798 same`, `263 new`, `1797 same of 1798`
std::string same_text(std::size_t same, std::size_t all, bool copied) {
  if (!copied) return std::to_string(all) + " new";
  return std::to_string(same) + " same" + (same == all ? "" : " of " + std::to_string(all));
}

using Row = std::array<std::string, 6>;

Row row_of(const VerifiedSpan& span) {
  const bool copied = span.kind == Span::Kind::copy;
  const std::size_t same = std::min(span.same_libav, span.same_gstreamer);
  return {copied ? "copy" : "render",
          range_text(span.output),
          same_text(span.same_packets, span.packets, copied),
          same_text(same, span.pictures, copied),
          psnr_text(span),
          span.source ? range_text(*span.source) : "?"};
}

std::string table(const std::vector<VerifiedSpan>& spans) {
  std::vector<Row> rows{{"", "range", "packets", "pictures", "PSNR", "in the source"}};
  for (const VerifiedSpan& span : spans)
    if (rows.size() <= most_rows) rows.push_back(row_of(span));
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths.at(c) = std::max(widths.at(c), row.at(c).size());
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c)
      line += row.at(c) + std::string(widths.at(c) + 2 - row.at(c).size(), ' ');
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  if (spans.size() > most_rows) text += "... and " + std::to_string(spans.size() - most_rows) + " ranges more\n";
  return text + "\n";
}

std::string sound_text(const VerifiedSound& sound) {
  if (!sound.present) return "";
  const std::size_t fresh = sound.packets - sound.same_packets;
  std::string text = "sound: ";
  if (sound.same_packets == 0) return text + counted(fresh, "packet") + ", all new\n";
  text += counted(sound.same_packets, "packet") + " of the source, " +
          (fresh == 0 ? "all of them" : std::to_string(fresh) + " new") + "; ";
  return text + (sound.worst_offset == base::Time{0}
                     ? "in step with the pictures\n"
                     : "at most " + base::format_milliseconds(sound.worst_offset) + " out of step with the pictures\n");
}

struct Sums {
  std::size_t copied = 0, rendered = 0, same = 0;  ///< pictures
};
Sums sums_of(const Verification& v) {
  Sums sums;
  for (const VerifiedSpan& span : v.spans) {
    const bool copied = span.kind == Span::Kind::copy;
    (copied ? sums.copied : sums.rendered) += span.pictures;
    if (copied) sums.same += std::min(span.same_libav, span.same_gstreamer);
  }
  return sums;
}

std::string differences_text(const Verification& v) {
  std::string text;
  for (const Difference& d : v.differences)
    text += base::format_moment(d.at) + "  " + d.check + ": " + base::printable(d.what) + "\n";
  if (const std::size_t more = v.difference_count - v.differences.size(); more > 0)
    text += "... and " + std::to_string(more) + " more like these\n";
  return text + "\n";
}

Json span_json(const VerifiedSpan& span) {
  Json json{{"kind", span.kind == Span::Kind::copy ? "copy" : "render"},
            {"output_seconds", json_of(span.output)},
            {"source_seconds", span.source ? json_of(*span.source) : Json(nullptr)},
            {"packets", span.packets},
            {"same_packets", span.same_packets},
            {"bytes", span.bytes},
            {"pictures", span.pictures},
            {"same_pictures", {{"libavcodec", span.same_libav}, {"gstreamer", span.same_gstreamer}}}};
  // JSON has no infinity.
  if (span.psnr) json["psnr_db"] = std::isinf(*span.psnr) ? Json("same") : Json(*span.psnr);
  json["reason"] = span.reason;
  return json;
}

}  // namespace

std::string Verification::verdict() const {
  if (!proven())
    return "not proven: " + counted(difference_count, "difference") + ", the first at " +
           base::format_moment(differences.front().at);
  const Sums sums = sums_of(*this);
  if (spans.empty()) return "proven: what can be compared is as it should be";
  std::string text = "proven: what is copied is the source's";
  if (sums.copied > 0)
    text = "proven: " + counted(sums.copied, "picture") + " of the source, packet for packet and as decoded";
  if (sums.same < sums.copied)
    text += ", but for " + std::to_string(sums.copied - sums.same) + " that are not shown of the source either";
  if (sums.rendered > 0) text += "; " + std::to_string(sums.rendered) + (planned ? " rendered, as planned" : " new");
  if (const std::size_t fresh = sound.packets - sound.same_packets; fresh > 0 && sound.same_packets > 0)
    text += "; " + counted(fresh, "packet") + " of sound new";
  return text;
}

std::string Verification::to_text() const {
  std::string text;
  if (!spans.empty()) text += table(spans);
  if (!libav_decoder.empty() || !gstreamer_decoder.empty())
    text += "decoded by libavcodec (" + libav_decoder + ") and GStreamer (" + gstreamer_decoder + ")\n";
  text += sound_text(sound);
  if (!text.empty() && !text.ends_with("\n\n")) text += "\n";
  if (!proven()) text += differences_text(*this);
  return text + verdict() + "\n";
}

std::string Verification::to_json() const {
  Json json{{"source", source}, {"output", output}, {"proven", proven()}, {"planned", planned}};
  json["decoders"] = {{"libavcodec", libav_decoder}, {"gstreamer", gstreamer_decoder}};
  json["spans"] = Json::array();
  for (const VerifiedSpan& span : spans) json["spans"].push_back(span_json(span));
  json["sound"] = {{"present", sound.present},
                   {"packets", sound.packets},
                   {"same_packets", sound.same_packets},
                   {"worst_offset_seconds", seconds(sound.worst_offset)}};
  json["difference_count"] = difference_count;
  json["differences"] = Json::array();
  for (const Difference& d : differences)
    json["differences"].push_back({{"check", d.check}, {"seconds", seconds(d.at)}, {"what", d.what}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace reel::engine
