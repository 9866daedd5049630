#include "verify/file.hpp"

#include <algorithm>
#include <string_view>

#include "files/mp4_boxes.hpp"
#include "files/sha256.hpp"
#include "reel/base/error.hpp"

namespace reel::engine::proof {
namespace {

using base::Time;

Print print_of(const AVPacket& packet, Sha256& hash) {
  hash.add({packet.data, static_cast<std::size_t>(packet.size)});
  const Sha256::Digest digest = hash.end();
  Print print{};
  std::copy_n(digest.begin(), print.size(), print.begin());
  return print;
}

/// By how much the first packet of sound is to be shortened.
Time unheard_of(const AVPacket& packet, int rate) {
  std::size_t size = 0;
  const std::uint8_t* const data = av_packet_get_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, &size);
  if (data == nullptr || size < 4 || rate <= 0) return Time{0};
  std::uint32_t samples = 0;
  for (std::size_t i = 4; i > 0; --i) samples = samples << 8U | data[i - 1];
  return Time{av_rescale(samples, 1'000'000'000, rate)};
}

void add(Track& track, const AVPacket& packet, Sha256& hash) {
  track.prints.push_back(print_of(packet, hash));
  track.pts.push_back(packet.pts);
  track.dts.push_back(packet.dts);
  track.duration.push_back(packet.duration);
  track.bytes.push_back(static_cast<std::uint32_t>(packet.size));
  track.keys.push_back((packet.flags & AV_PKT_FLAG_KEY) != 0);
  if (av_packet_get_side_data(&packet, AV_PKT_DATA_NEW_EXTRADATA, nullptr) != nullptr) ++track.headers;
}

void sort_for_display(Track& track) {
  track.displayed.resize(track.count());
  for (std::size_t i = 0; i < track.count(); ++i) track.displayed[i] = i;
  track.untimed = std::ranges::find(track.pts, AV_NOPTS_VALUE) != track.pts.end();
  if (!track.untimed) std::ranges::stable_sort(track.displayed, {}, [&](std::size_t i) { return track.pts[i]; });
  track.place.resize(track.count());
  for (std::size_t i = 0; i < track.count(); ++i) track.place[track.displayed[i]] = i;
}

/// Containers that write no durations leave the first packet without one, since those of others follow from it.
void fill_durations(Track& track) {
  const std::int64_t step = av_rescale_q(track.step().count(), {1, 1'000'000'000}, track.time_base);
  for (std::int64_t& duration : track.duration)
    if (duration <= 0) duration = step;
}

std::optional<Track> track_of(AVFormatContext* input, AVMediaType type) {
  const AVStream* const stream = av::default_stream(input, type);
  if (stream == nullptr) return std::nullopt;
  Track track;
  track.stream = stream->index;
  track.time_base = stream->time_base;
  return track;
}

std::size_t video_number_of(const AVFormatContext* input, int stream) {
  std::size_t number = 0;
  for (int i = 0; i < stream; ++i)
    if (input->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !av::is_cover(input->streams[i])) ++number;
  return number;
}

/// Whatever a file says, sums of a few times have to fit.
Time sane(Time time) { return std::clamp(time, Time{std::chrono::years{-30}}, Time{std::chrono::years{30}}); }

}  // namespace

Time Track::time(std::size_t packet) const {
  const std::int64_t ticks = pts[packet] != AV_NOPTS_VALUE ? pts[packet] : dts[packet];
  return ticks == AV_NOPTS_VALUE ? Time{0} : sane(av::to_time(ticks, time_base));
}
Time Track::end(std::size_t packet) const { return time(packet) + sane(av::to_time(duration[packet], time_base)); }
Time Track::tick() const { return av::to_time(1, time_base) + Time{1}; }

Time Track::step() const {
  if (count() < 2) return count() == 0 ? Time{0} : std::max(Time{0}, end(0) - time(0));
  std::vector<Time> steps;
  for (std::size_t i = 1; i < count(); ++i) steps.push_back(time(displayed[i]) - time(displayed[i - 1]));
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::ranges::nth_element(steps, middle);
  return *middle;
}

File read_file(const std::string& uri, const std::atomic<bool>* stop) {
  const av::Input input = av::open(uri);
  File file{.uri = uri, .start = av::media_start(input.get())};
  file.pictures = track_of(input.get(), AVMEDIA_TYPE_VIDEO);
  file.sound = track_of(input.get(), AVMEDIA_TYPE_AUDIO);
  if (file.pictures) file.video_number = video_number_of(input.get(), file.pictures->stream);
  Sha256 hash;
  const av::Packet packet(av_packet_alloc());
  while (av::read(input.get(), packet.get())) {
    if (stop != nullptr && *stop) throw base::Interrupted("stopped before the end");
    for (auto* const track : {&file.pictures, &file.sound})
      if (*track && packet->stream_index == (*track)->stream) {
        if (track == &file.sound && (*track)->count() == 0)
          (*track)->unheard = unheard_of(*packet, input->streams[packet->stream_index]->codecpar->sample_rate);
        add(**track, *packet, hash);
      }
    av_packet_unref(packet.get());
  }
  for (auto* const track : {&file.pictures, &file.sound})
    if (*track) sort_for_display(**track), fill_durations(**track);
  if (std::string_view(input->iformat->name).find("mp4") != std::string_view::npos)
    file.sample_entries = av::most_sample_entries(uri);
  return file;
}

}  // namespace reel::engine::proof
