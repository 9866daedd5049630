#include "splice/assembly.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include "files/mp4_boxes.hpp"
#include "files/packet_tables.hpp"
#include "files/sparse_file.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "splice/packet_line.hpp"
#include "splice/sound_line.hpp"
#include "splice/splice_fault.hpp"

namespace reel::engine {
namespace {

using base::Time;
using planner::Span;

[[noreturn]] void fail(const std::string& what, int error) {
  throw base::RunError("the result cannot be written: " + what + ": " + av::words(error),
                       error == AVERROR(ENOSPC) ? "free some space, or write to another disk" : "");
}

void check(int result, const std::string& what) {
  if (result < 0) fail(what, result);
}

struct CloseOutput {
  void operator()(AVFormatContext* context) const {
    if (context->pb != nullptr && (context->flags & AVFMT_FLAG_CUSTOM_IO) == 0) avio_closep(&context->pb);
    avformat_free_context(context);
  }
};
using Output = std::unique_ptr<AVFormatContext, CloseOutput>;

/// One packet of pictures on its way out, in order of decoding.
struct Outgoing {
  PacketTimes times;
  std::size_t packet = 0;                    ///< of the source, where it is copied
  const EncodedPicture* rendered = nullptr;  ///< where it is not
};

/// Packets of pictures with their times in the output, on the source's ticks.
class PictureLine {
 public:
  PictureLine(const AssemblyInput& input) : input_(input) {
    std::size_t render = 0;
    for (const Span& span : input.plan.spans) add(span, render);
    if (retimed())
      count_anew();
    else
      keep_times();
  }
  const std::vector<Outgoing>& packets() const { return packets_; }

 private:
  bool retimed() const {
    return std::ranges::any_of(input_.plan.spans, [](const Span& s) { return s.source.begin != s.output.begin; }) ||
           packets_.size() != input_.index.times.size();
  }

  void add(const Span& span, std::size_t& render) {
    const auto times = times_of(span, input_.index);
    places_.insert(places_.end(), times.begin(), times.end());
    const std::size_t base = packets_.size();
    if (span.kind == Span::Kind::copy) {
      for (std::size_t i = span.first; i < span.end; ++i)
        packets_.push_back({.packet = i == span.first ? span.first_packet : i});
      // The order of display within the span, by the source's own times.
      std::vector<std::size_t> order(span.pictures());
      std::iota(order.begin(), order.end(), base);
      std::ranges::sort(order, {}, [&](std::size_t i) { return input_.index.times[packets_[i].packet].pts; });
      display_.resize(packets_.size());
      for (std::size_t i = 0; i < order.size(); ++i) display_[order[i]] = base + i;
      return;
    }
    for (const EncodedPicture& p : input_.rendered[render].pictures) {
      packets_.push_back({.rendered = &p});
      display_.push_back(base + p.picture);
    }
    ++render;
  }

  /// All pictures stay at their place: so do all times.
  void keep_times() {
    std::vector<PacketTimes> shown = input_.index.times;
    std::ranges::sort(shown, {}, &PacketTimes::pts);
    bool good = true;
    for (std::size_t i = 0; i < packets_.size(); ++i) {
      const PacketTimes& place = shown[display_[i]];
      packets_[i].times = {place.pts, input_.index.times[i].dts, place.duration};
      good = good && packets_[i].times.dts <= place.pts;
    }
    if (!good) throw SpliceFault("rendered pictures need to be decoded earlier than the file has room for");
  }

  /// Times of decoding follow from those of display: each picture as many places earlier as the file reorders.
  void count_anew() {
    std::vector<std::int64_t> shown;
    for (const Time t : places_) {
      const std::int64_t ticks =
          av_rescale_q_rnd(t.count(), {1, 1'000'000'000}, input_.index.time_base, AV_ROUND_NEAR_INF);
      shown.push_back(shown.empty() ? ticks : std::max(ticks, shown.back() + 1));
    }
    const auto decoded = decoding_times(shown, input_.index.reorder);
    for (std::size_t i = 0; i < packets_.size(); ++i) {
      const std::size_t place = display_[i];
      const std::int64_t length = place + 1 < shown.size() ? shown[place + 1] - shown[place] : last_length();
      packets_[i].times = {shown[place], decoded[i], length};
    }
  }

  std::int64_t last_length() const {
    const Time left = input_.plan.spans.back().output.end - places_.back();
    return std::max<std::int64_t>(1, av_rescale_q(left.count(), {1, 1'000'000'000}, input_.index.time_base));
  }

  const AssemblyInput& input_;
  std::vector<Outgoing> packets_;
  std::vector<std::size_t> display_;  ///< by packet: its place in the order of display
  std::vector<Time> places_;          ///< by place: its time
};

/// Packets that the muxer for MP4 takes over without a look at what is in them.
bool may_be_blank(const AVStream* stream) {
  const AVCodecParameters& p = *stream->codecpar;
  switch (p.codec_id) {
    case AV_CODEC_ID_AAC:
      return p.extradata_size > 0;
    case AV_CODEC_ID_ALAC:
    case AV_CODEC_ID_MOV_TEXT:
      return true;
    default:
      return av::told_by_tables(p) || raw_format_of(p.codec_id) != nullptr || av::is_cover(stream);
  }
}

class Assembly {
 public:
  /// `room`: bytes to be left for the index, in front, where packets are left out.
  Assembly(const AssemblyInput& input, const std::filesystem::path& file, const Requests& requests,
           const std::function<void(double)>& on_part, std::uint64_t room)
      : input_(input),
        requests_(requests),
        on_part_(on_part),
        file_(file),
        room_(room),
        source_(av::open(input.index.uri)) {
    made_ = {.uri = input.index.uri, .version = av::version_of(source_->pb)};
    if (input.index.stream >= 0) av::must_be_unchanged(input.index.uri, made_.version, input.index.version);
    AVFormatContext* made = nullptr;
    check(avformat_alloc_output_context2(&made, nullptr, input.muxer.c_str(), url().c_str()), input.muxer);
    output_.reset(made);
  }

  void run() {
    add_streams();
    add_metadata();
    open_file();
    write_header();
    write_packets();
    check(av_write_trailer(output_.get()), "the end of the file");
    check(sparse_ ? sparse_->finish() : avio_closep(&output_->pb), "the end of the file");
  }

  bool leaves_out() const { return leave_out_; }
  const SourceParts& made() const { return made_; }
  /// As much as an index takes in front of a file like this one, which has it behind.
  std::uint64_t room_for_index() const {
    constexpr std::uint64_t empty_box = 8, longer_offset = 4;
    const av::Io io = av::open_io(file_.string());
    std::uint64_t index = 0;
    const auto size = static_cast<std::uint64_t>(avio_size(io.get()));
    av::for_each_box(io.get(), 0, size, [&](const av::Mp4Box& box) {
      if (box.type == "moov") index = box.end - box.begin + 2 * empty_box;
      return index == 0;
    });
    // Moved on, places of packets may need longer numbers.
    const bool longer = size + 2 * index > std::numeric_limits<std::uint32_t>::max();
    return index + empty_box + (longer ? packets_ * longer_offset : 0);
  }

 private:
  /// To put the index in front, the muxer opens the file a second time, by this name.
  std::string url() const { return "file:" + file_.string(); }

  void open_file() {
    if (!leave_out_) return check(avio_open(&output_->pb, url().c_str(), AVIO_FLAG_WRITE), file_.string());
    sparse_ = std::make_unique<av::SparseFile>(file_);
    output_->pb = sparse_->io();
    output_->flags |= AVFMT_FLAG_CUSTOM_IO;
  }

  bool can_leave_out() {
    for (unsigned i = 0; i < source_->nb_streams; ++i)
      if (wanted(source_->streams[i]) && !may_be_blank(source_->streams[i])) return false;
    if (!is_mp4() || made_.version.empty()) return false;
    tables_ = av::open_tables(source_.get(), input_.index.uri);
    return tables_ != nullptr;
  }

  /// What is not picture, and sits on the source's clock.
  bool wanted(const AVStream* stream) const {
    const AVMediaType type = stream->codecpar->codec_type;
    if (stream->index == input_.index.stream) return true;
    if (type == AVMEDIA_TYPE_AUDIO && (input_.sound || input_.sound_file != nullptr)) return false;
    if (type == AVMEDIA_TYPE_VIDEO && input_.pictures && !av::is_cover(stream)) return false;
    if (cut_ && type != AVMEDIA_TYPE_ATTACHMENT && !av::is_cover(stream)) return false;
    if (type == AVMEDIA_TYPE_ATTACHMENT) return input_.muxer == "matroska";
    return avformat_query_codec(output_->oformat, stream->codecpar->codec_id, FF_COMPLIANCE_NORMAL) == 1;
  }

  /// Whether something that was rendered takes the stream's place.
  bool replaced(const AVStream* stream) const {
    const AVMediaType type = stream->codecpar->codec_type;
    return (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO) &&
           stream == av::default_stream(source_.get(), type);
  }

  AVStream* add_stream(const AVStream* from) {
    AVStream* const to = avformat_new_stream(output_.get(), nullptr);
    if (to == nullptr) throw std::bad_alloc();
    check(avcodec_parameters_copy(to->codecpar, from->codecpar), "a stream");
    // A tag means something in its own container only.
    if (av_codec_get_id(output_->oformat->codec_tag, to->codecpar->codec_tag) != to->codecpar->codec_id)
      to->codecpar->codec_tag = 0;
    to->time_base = from->time_base;
    to->avg_frame_rate = from->avg_frame_rate;
    to->sample_aspect_ratio = from->sample_aspect_ratio;
    to->disposition = from->disposition;
    av_dict_copy(&to->metadata, from->metadata, 0);
    for (int i = 0; i < from->nb_side_data; ++i) {
      const AVPacketSideData& data = from->side_data[i];
      if (std::uint8_t* const room = av_stream_new_side_data(to, data.type, data.size))
        std::copy_n(data.data, data.size, room);
    }
    return to;
  }

  void add_streams() {
    cut_ = std::ranges::any_of(input_.plan.spans, [](const Span& s) { return s.source.begin != s.output.begin; }) ||
           input_.plan.copied + input_.plan.rendered != input_.index.times.size() || !input_.plan.parts.kept.empty();
    shift_ = shift();
    leave_out_ = input_.leave_out && can_leave_out();
    // Nobody has looked into all of them yet.
    if (!leave_out_ && !input_.index.seen.empty()) guard_ = codec_of(*input_.index.parameters);
    av::Input others = leave_out_ ? av::open_tables(source_.get(), input_.index.uri) : av::open(input_.index.uri);
    if (!others) throw SpliceFault("the source's tables cannot be read again");
    others_.add(std::move(others), shift_);
    if (input_.pictures) add_file(*input_.pictures, AVMEDIA_TYPE_VIDEO, Time{0});
    if (input_.index.stream < 0) add_sound();
    for (unsigned i = 0; i < source_->nb_streams; ++i) {
      const AVStream* const from = source_->streams[i];
      if (!wanted(from)) {
        const char* const kind = av_get_media_type_string(from->codecpar->codec_type);
        const bool said = room_ > 0;  // by the first pass
        if (!replaced(from) && !said)
          base::log(base::Level::warning,
                    std::string("stream ") + std::to_string(i) + " (" + (kind != nullptr ? kind : "unknown") + ", " +
                        avcodec_get_name(from->codecpar->codec_id) +
                        ") is left out: " + (cut_ ? "it cannot be cut" : "the new container cannot hold it"));
        continue;
      }
      AVStream* const to = add_stream(from);
      if (from->index == input_.index.stream)
        set_pictures(to);
      else
        others_.take(0, from->index, to->index);
      if (from->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && from->index == input_.index.stream) add_sound();
    }
  }

  void set_pictures(AVStream* to) {
    pictures_ = to->index;
    const Buffer& header = input_.header;
    AVCodecParameters& p = *to->codecpar;
    if (input_.rendered.empty() || header.empty()) return;
    av_freep(&p.extradata);
    p.extradata = static_cast<std::uint8_t*>(av_mallocz(header.size() + AV_INPUT_BUFFER_PADDING_SIZE));
    if (p.extradata == nullptr) throw std::bad_alloc();
    std::ranges::copy(header, p.extradata);
    p.extradata_size = static_cast<int>(header.size());
  }

  /// A recording of a broadcast begins at any time, which means nothing elsewhere.
  bool has_any_clock() const {
    const std::string_view format = source_->iformat->name;
    return (format == "mpegts" || format == "mpeg") && input_.muxer != "mpegts";
  }

  Time shift() const {
    if (cut_ || has_any_clock()) return -av::media_start(source_.get());
    if (!input_.pictures) return Time{0};
    // All else stays in step with the pictures, wherever those begin now.
    const av::Input made = av::open(input_.pictures->string());
    const AVStream *const now = av::default_stream(made.get(), AVMEDIA_TYPE_VIDEO), *const before = av::default_stream(
                                                                                        source_.get(),
                                                                                        AVMEDIA_TYPE_VIDEO);
    if (now == nullptr || before == nullptr) return Time{0};
    const Time moved =
        av::to_time(now->start_time, now->time_base) - av::to_time(before->start_time, before->time_base);
    constexpr Time rounding = std::chrono::milliseconds(2);
    return std::chrono::abs(moved) < rounding ? Time{0} : moved;
  }

  void add_sound() {
    // Rendered sound counts from the start of the media.
    const Time shift = shift_ + av::media_start(source_.get());
    if (input_.sound) add_file(*input_.sound, AVMEDIA_TYPE_AUDIO, shift);
    if (input_.sound_file == nullptr) return;
    sound_.emplace(*input_.sound_file, input_.plan.parts, input_.rendered_sound, input_.spool, shift, leave_out_);
    sound_number_ = add_stream(sound_->stream())->index;
  }

  /// The stream of a file that was rendered, in place of the source's.
  void add_file(const std::filesystem::path& path, AVMediaType type, Time shift) {
    av::Input file = av::open(path.string());
    const AVStream* const from = av::default_stream(file.get(), type);
    if (from == nullptr) throw base::RunError("nothing was rendered");
    AVStream* const to = add_stream(from);
    if (const AVStream* const before = av::default_stream(source_.get(), type)) {
      av_dict_copy(&to->metadata, before->metadata, 0);
      to->disposition = before->disposition;
    }
    if (type == AVMEDIA_TYPE_VIDEO) ticks_ = from->time_base;
    const int stream = from->index;
    others_.add(std::move(file), shift);
    others_.take(++added_, stream, to->index);
  }

  void add_metadata() {
    av_dict_copy(&output_->metadata, source_->metadata, 0);
    // The muxer writes its own.
    for (const char* const own : {"major_brand", "minor_version", "compatible_brands", "encoder"})
      av_dict_set(&output_->metadata, own, nullptr, 0);
    const auto& media = input_.prepared.media[input_.source];
    const std::size_t sink = input_.prepared.pipeline.stages.size() - 1;
    const planner::TimeMap& map = input_.prepared.clocks[sink].from_source;
    for (const model::Chapter& c : media->chapters) {
      // How much output lies before a moment, whether or not the moment itself survives.
      const Time begin = map.duration(c.range.begin),
                 end = map.duration(c.range.open_ended() ? media->duration.value_or(c.range.begin) : c.range.end);
      if (begin < end) add_chapter(c.title, begin, end);
    }
  }

  void add_chapter(const std::string& title, Time begin, Time end) {
    auto* const chapter = static_cast<AVChapter*>(av_mallocz(sizeof(AVChapter)));
    auto* const grown =
        static_cast<AVChapter**>(av_realloc_array(output_->chapters, output_->nb_chapters + 1, sizeof(AVChapter*)));
    if (chapter == nullptr || grown == nullptr) throw std::bad_alloc();
    output_->chapters = grown;
    output_->chapters[output_->nb_chapters++] = chapter;
    chapter->id = output_->nb_chapters;
    chapter->time_base = {1, 1'000'000'000};
    chapter->start = begin.count();
    chapter->end = end.count();
    av_dict_set(&chapter->metadata, "title", title.c_str(), 0);
  }

  bool is_mp4() const { return input_.muxer == "mp4" || input_.muxer == "mov"; }
  bool is_matroska() const { return input_.muxer == "matroska" || input_.muxer == "webm"; }

  void write_header() {
    AVDictionary* options = nullptr;
    // Sound may begin before 0 with what only lets a decoder settle; Matroska's blocks hold that, and pictures keep their times.
    if (is_matroska()) output_->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    if (is_mp4()) {
      if (input_.fast_start && !leave_out_) av_dict_set(&options, "movflags", "+faststart", 0);
      if (room_ > 0) av_dict_set_int(&options, "moov_size", static_cast<std::int64_t>(room_), 0);
      // Without it the muxer makes coarse clocks finer, and no time is the same number as before.
      if (ticks_.num == 1 && ticks_.den > 1) av_dict_set_int(&options, "video_track_timescale", ticks_.den, 0);
    }
    const int result = avformat_write_header(output_.get(), &options);
    av_dict_free(&options);
    check(result, "its header");
  }

  void write(AVPacket* packet) {
    if (requests_.stop) throw base::Interrupted("stopped before the end; no target was touched");
    const std::int64_t ahead = settling(output_->streams[packet->stream_index]);
    packet->pts += ahead;
    packet->dts += ahead;
    const std::int64_t place = std::exchange(packet->pos, -1);
    ++packets_;
    if (leave_out_)
      write_in_order(packet, place);
    else
      check(av_interleaved_write_frame(output_.get(), packet), "a packet");
  }

  /// Without the muxer's sorting: packets that follow each other in the source are to do so here, since they are copied at one go.
  void write_in_order(AVPacket* packet, std::int64_t place) {
    const std::int64_t before = avio_tell(output_->pb), size = packet->size;
    const bool cover = av::is_cover(output_->streams[packet->stream_index]);  // its packet comes with what is in it
    check(av_write_frame(output_.get(), packet), "a packet");
    if (place < 0 || size == 0 || cover) return;
    const std::int64_t end = avio_tell(output_->pb);
    if (end - before < size) throw SpliceFault("a packet was not written as it is");
    add_part(static_cast<std::uint64_t>(end - size), static_cast<std::uint64_t>(place),
             static_cast<std::uint64_t>(size));
  }

  void add_part(std::uint64_t at, std::uint64_t source, std::uint64_t bytes) {
    auto& parts = made_.parts;
    if (!parts.empty() && parts.back().at + parts.back().bytes == at &&
        parts.back().source + parts.back().bytes == source)
      parts.back().bytes += bytes;
    else
      parts.push_back({at, source, bytes});
  }

  /// Matroska counts Opus from the first sample that its decoder gives, some of which are not to be heard; libavformat does not.
  std::int64_t settling(const AVStream* stream) const {
    const AVCodecParameters& p = *stream->codecpar;
    constexpr int place = 10, rate = 48000;  // in its header
    if (!is_matroska() || p.codec_id != AV_CODEC_ID_OPUS || p.extradata_size < place + 2) return 0;
    const int samples = p.extradata[place] | p.extradata[place + 1] << 8;
    return av_rescale_q(samples, {1, rate}, stream->time_base);
  }

  /// Of a packet. Where nothing is left out, places do not count: packets go out in order of time, so that the muxer need not keep many.
  Limit limit_at(std::int64_t dts, AVRational time_base, std::int64_t place) const {
    return {av::to_time(dts, time_base), leave_out_ ? place : -1};
  }

  void write_others_up_to(const Limit& limit) {
    while (AVPacket* const packet = sound_ ? sound_->next(limit) : nullptr) {
      write_files_up_to(limit_at(packet->dts, sound_->time_base(), packet->pos));
      packet->stream_index = sound_number_;
      av_packet_rescale_ts(packet, sound_->time_base(), output_->streams[sound_number_]->time_base);
      write(packet);
    }
    write_files_up_to(limit);
  }

  void write_files_up_to(const Limit& limit) {
    while (AVPacket* const packet = others_.next(limit)) {
      const AVStream* const to = output_->streams[packet->stream_index];
      av_packet_rescale_ts(packet, others_.time_base(), to->time_base);
      write(packet);
    }
  }

  AVFormatContext* pictures_source() { return leave_out_ ? tables_.get() : source_.get(); }

  /// The source's packets of pictures, one after the other; those in between are skipped.
  void read_picture(std::size_t number, AVPacket* packet) {
    for (;;) {
      av_packet_unref(packet);
      if (!av::read(pictures_source(), packet)) throw base::RunError("the source ends early");
      if (packet->stream_index != input_.index.stream) continue;
      if (guard_) look_at(*packet);
      if (next_picture_++ == number) return;
    }
  }

  /// What the file's tables promised is so.
  void look_at(const AVPacket& packet) {
    model::IndexedPacket found;
    guard_->read({packet.data, static_cast<std::size_t>(packet.size)}, found);
    if (!guard_->refusal().empty()) throw SpliceFault(guard_->refusal());
  }

  void write_packets() {
    av::read_only(pictures_source(), input_.index.stream);
    const PictureLine line(input_);
    const AVStream* const to = output_->streams[pictures_];
    // Pictures that were cut have new times already.
    const std::int64_t moved = cut_ ? 0 : av_rescale_q(shift_.count(), {1, 1'000'000'000}, input_.index.time_base);
    const av::Packet packet(av_packet_alloc());
    constexpr std::size_t often = 1000;
    std::size_t done = 0;
    for (const Outgoing& out : line.packets()) {
      if (done++ % often == 0) on_part_(static_cast<double>(done) / static_cast<double>(line.packets().size()));
      if (out.rendered == nullptr)
        read_picture(out.packet, packet.get());
      else
        fill(packet.get(), *out.rendered);
      write_others_up_to(limit_at(out.times.dts, input_.index.time_base, packet->pos));
      packet->pts = out.times.pts + moved;
      packet->dts = out.times.dts + moved;
      packet->duration = out.times.duration;
      packet->stream_index = pictures_;
      av_packet_rescale_ts(packet.get(), input_.index.time_base, to->time_base);
      write(packet.get());
    }
    write_others_up_to({});
  }

  void fill(AVPacket* packet, const EncodedPicture& picture) const {
    av_packet_unref(packet);
    check(av_new_packet(packet, static_cast<int>(picture.bytes.size)), "a picture");
    input_.spool.read(picture.bytes, packet->data);
    if (picture.key) packet->flags |= AV_PKT_FLAG_KEY;
  }

  const AssemblyInput& input_;
  const Requests& requests_;
  const std::function<void(double)>& on_part_;
  const std::filesystem::path& file_;
  const std::uint64_t room_;
  av::Input source_, tables_;  ///< for its pictures
  PacketLine others_;
  std::size_t added_ = 0;  ///< files in `others_` besides the source
  std::optional<SoundLine> sound_;
  std::unique_ptr<av::SparseFile> sparse_;
  Output output_;
  int pictures_ = 0, sound_number_ = 0;
  AVRational ticks_ = input_.index.time_base;  ///< of the pictures
  bool cut_ = false;
  Time shift_{0};  ///< from the source's clock to the output's
  std::size_t next_picture_ = 0;
  std::unique_ptr<Codec> guard_;
  bool leave_out_ = false;
  SourceParts made_;
  std::uint64_t packets_ = 0;
};

}  // namespace

std::vector<Time> times_of(const Span& span, const FileIndex& index) {
  const auto at = [&](std::size_t picture) { return index.shown.begin() + static_cast<std::ptrdiff_t>(picture); };
  std::vector<Time> times(at(span.first), at(span.end));
  for (Time& t : times) t += span.output.begin - span.source.begin;
  const Time last = times.back();
  for (std::size_t i = 1; i <= span.held; ++i) times.push_back(last + static_cast<std::int64_t>(i) * span.step);
  return times;
}

SourceParts assemble(const AssemblyInput& input, const std::filesystem::path& file, const Requests& requests,
                     const std::function<void(double)>& on_part) {
  Assembly assembly(input, file, requests, on_part, 0);
  assembly.run();
  if (!assembly.leaves_out() || !input.fast_start) return assembly.made();
  // Without what is in packets that took a moment, and so will this; now it is known how long the index becomes.
  const std::function<void(double)> shown_already = [](double) {};
  Assembly again(input, file, requests, shown_already, assembly.room_for_index());
  again.run();
  return again.made();
}

}  // namespace reel::engine
