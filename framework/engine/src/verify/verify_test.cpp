#include "reel/engine/verify.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <list>
#include <nlohmann/json.hpp>

#include "files/av.hpp"
#include "files/mp4_boxes.hpp"
#include "media_fixture.hpp"
#include "reel/base/error.hpp"
#include "verify/file.hpp"

namespace reel::engine {

void PrintTo(const Difference& d, std::ostream* out) {
  *out << base::format_moment(d.at) << " " << d.check << ": " << d.what;
}

namespace {

using planner::Span;
using planner::Treatment;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int pictures = 0, sound = 1;  // streams of clip()

/// Copies of a clip of 100 pictures with something changed in them.
class Verify : public MediaTest {
 protected:
  using Packets = std::list<av::Packet>;

  void SetUp() override {
    MediaTest::SetUp();
    clip_ = make("clip.mp4",
                 "-f lavfi -i testsrc2=size=160x96:rate=25:duration=4 -f lavfi -i sine=duration=4 -c:v libx264 "
                 "-preset fast -g 25 -c:a aac");
  }

  /// The clip with its packets as `edit` leaves them.
  std::string remuxed(const std::string& name, const std::function<void(Packets&, int stream)>& edit) const {
    const av::Input input = av::open(clip_);
    AVFormatContext* output = nullptr;
    EXPECT_GE(avformat_alloc_output_context2(&output, nullptr, nullptr, path(name).c_str()), 0);
    std::array<Packets, 2> all;
    for (unsigned i = 0; i < 2; ++i) {
      AVStream* const to = avformat_new_stream(output, nullptr);
      avcodec_parameters_copy(to->codecpar, input->streams[i]->codecpar);
      to->time_base = input->streams[i]->time_base;
    }
    for (av::Packet packet(av_packet_alloc()); av_read_frame(input.get(), packet.get()) >= 0;
         packet.reset(av_packet_alloc()))
      all.at(static_cast<std::size_t>(packet->stream_index)).push_back(std::move(packet));
    EXPECT_GE(avio_open(&output->pb, path(name).c_str(), AVIO_FLAG_WRITE), 0);
    EXPECT_GE(avformat_write_header(output, nullptr), 0);
    for (int stream = 0; stream < 2; ++stream) {
      Packets& packets = all.at(static_cast<std::size_t>(stream));
      edit(packets, stream);
      for (const av::Packet& p : packets) {
        av_packet_rescale_ts(p.get(), input->streams[stream]->time_base, output->streams[stream]->time_base);
        EXPECT_GE(av_write_frame(output, p.get()), 0);
      }
    }
    av_write_trailer(output);
    avio_closep(&output->pb);
    avformat_free_context(output);
    return path(name);
  }

  /// With the picture in the middle changed, far from the next keyframe.
  std::string changed(const std::function<void(Packets&, Packets::iterator)>& edit) const {
    return remuxed("changed.mp4", [&](Packets& packets, int stream) {
      if (stream == pictures) edit(packets, std::next(packets.begin(), 30));
    });
  }

  /// What `reel explain` would say of a pipeline that changes nothing, or the pictures from 50 to 75.
  static planner::Plan plan_of_copy() {
    planner::Plan plan{.pictures = Treatment::copy, .sound = Treatment::copy};
    plan.spans.push_back({.end = 100, .source = {seconds(0), seconds(4)}, .output = {seconds(0), seconds(4)}});
    return plan;
  }

  Verification verified(const std::string& file, bool planned = true) const {
    VerifyOptions options;
    if (planned) options.plan = plan_of_copy();
    return verify(clip_, file, options);
  }

  std::string clip_;
};

auto has(const char* check, const char* what) {
  return Contains(AllOf(Field(&Difference::check, check), Field(&Difference::what, HasSubstr(what))));
}

TEST_F(Verify, ProvesACopy) {
  const std::string copy = remuxed("copy.mp4", [](Packets&, int) {});
  for (const bool planned : {true, false}) {
    const Verification v = verified(copy, planned);
    EXPECT_TRUE(v.proven()) << v.to_text();
    ASSERT_EQ(v.spans.size(), 1U);
    EXPECT_EQ(v.spans[0].same_packets, 100U);
    EXPECT_EQ(v.spans[0].same_libav, 100U);
    EXPECT_EQ(v.spans[0].same_gstreamer, 100U);
    EXPECT_EQ(v.libav_decoder, "h264");
    EXPECT_EQ(v.gstreamer_decoder, "avdec_h264");
    EXPECT_EQ(v.sound.same_packets, v.sound.packets);
    EXPECT_THAT(v.to_text(), HasSubstr("proven: 100 pictures of the source"));
    EXPECT_EQ(nlohmann::json::parse(v.to_json())["proven"], true);
  }
}

TEST_F(Verify, ProvesAChangeOfContainer) {
  const Verification v = verified(make("copy.mkv", "-i " + clip_ + " -c copy"));
  EXPECT_TRUE(v.proven()) << v.to_text();
}

TEST_F(Verify, SeesOneChangedByte) {
  const std::string file = changed([](Packets&, Packets::iterator p) {
    ASSERT_GE(av_packet_make_writable(p->get()), 0);
    (*p)->data[(*p)->size / 2] ^= 0x10;
  });
  const Verification v = verified(file);
  EXPECT_THAT(v.differences, has("packets", "this packet is not the source's"));
  EXPECT_THAT(v.differences, has("pictures", "libavcodec shows another picture"));
  EXPECT_THAT(v.differences, has("pictures", "GStreamer shows another picture"));
  EXPECT_EQ(v.spans[0].same_packets, 99U);
  EXPECT_NEAR(std::chrono::duration<double>(v.differences[0].at).count(), 30 / 25.0, 0.13);
  EXPECT_THAT(verified(file, false).differences, has("packets", "begin where no decoder can begin"));
}

TEST_F(Verify, SeesADroppedPacket) {
  const std::string file = changed([](Packets& packets, Packets::iterator p) { packets.erase(p); });
  EXPECT_THAT(verified(file).differences, has("packets", "1 packet of the plan is missing"));
  EXPECT_THAT(verified(file, false).differences, has("packets", "begin where no decoder can begin"));
}

TEST_F(Verify, SeesTwoSwappedPackets) {
  const std::string file = changed([](Packets&, Packets::iterator p) {
    const auto other = std::next(p);
    std::swap((*p)->pts, (*other)->pts);
    std::swap((*p)->dts, (*other)->dts);
    std::swap(*p, *other);
  });
  EXPECT_THAT(verified(file).differences, has("packets", "two packets are swapped"));
  EXPECT_FALSE(verified(file, false).proven());
}

TEST_F(Verify, SeesAPictureThatIsMovedInTime) {
  const std::string file = changed([](Packets& packets, Packets::iterator) { packets.back()->pts += 1024; });
  EXPECT_THAT(verified(file).differences, AllOf(has("times", "later than planned"), Not(has("packets", ""))));
  EXPECT_THAT(verified(file, false).differences, has("times", "later than those around it"));
}

TEST_F(Verify, SeesPicturesMovedAgainstTheSound) {
  const std::string file = changed([](Packets& packets, Packets::iterator) {
    for (const av::Packet& p : packets) p->pts += 1024, p->dts += 1024;
  });
  for (const bool planned : {true, false})
    EXPECT_THAT(verified(file, planned).differences, has("sound", "sound is 80.0 ms early"));
}

TEST_F(Verify, SeesSoundThatIsMoved) {
  const std::string file = remuxed("late.mp4", [](Packets& packets, int stream) {
    for (const av::Packet& p : packets)
      if (stream == sound) p->pts += 4410, p->dts += 4410;
  });
  // To the millisecond: so coarse are the edit lists of MP4.
  for (const bool planned : {true, false})
    EXPECT_THAT(verified(file, planned).differences, has("sound", "sound is 99.2 ms late"));
}

TEST_F(Verify, SeesAGapInTheSound) {
  const std::string file = remuxed("gap.mp4", [](Packets& packets, int stream) {
    if (stream == sound) packets.erase(std::next(packets.begin(), 50), std::next(packets.begin(), 54));
  });
  EXPECT_THAT(verified(file).differences, has("sound", "4 of the source's packets of sound missing"));
  // MP4 keeps how long packets last: what was before the gap lasts until it ends.
  const Verification found = verified(file, false);
  EXPECT_TRUE(found.proven()) << found.to_text();
}

TEST_F(Verify, SeesPicturesEncodedAnew) {
  const std::string file = make("anew.mp4", "-i " + clip_ + " -c:v libx264 -g 25 -c:a copy");
  const Verification v = verified(file);
  EXPECT_THAT(v.differences, has("packets", "not the source's"));
  EXPECT_THAT(verified(file, false).differences, has("packets", "no packet of pictures is the source's"));
}

TEST_F(Verify, SeesFewerPicturesAndMore) {
  const std::string less = make("less.mp4", "-i " + clip_ + " -t 2 -c copy");
  EXPECT_THAT(verified(less).differences, has("packets", "of the plan are missing"));
  VerifyOptions options{.plan = plan_of_copy()};
  options.plan->spans[0].end = 75;
  options.plan->spans[0].source.end = options.plan->spans[0].output.end = seconds(3);
  EXPECT_THAT(verify(clip_, clip_, options).differences, has("packets", "25 packets here are not in the plan"));
}

TEST_F(Verify, SeesThatSoundIsMissing) {
  const std::string file = make("silent.mp4", "-i " + clip_ + " -an -c copy");
  for (const bool planned : {true, false}) EXPECT_THAT(verified(file, planned).differences, has("sound", "no sound"));
}

TEST_F(Verify, TellsWhatWasCutWithoutAPlan) {
  const std::string file = remuxed("cut.mp4", [](Packets& packets, int stream) {
    // From the first keyframe to the third, or as much sound.
    const std::size_t first = stream == pictures ? 25 : 43, count = stream == pictures ? 50 : 86;
    const auto begin = std::next(packets.begin(), static_cast<std::ptrdiff_t>(first)),
               end = std::next(begin, static_cast<std::ptrdiff_t>(count));
    const std::int64_t gap = (*end)->dts - (*begin)->dts;
    packets.erase(begin, end);
    for (auto p = std::next(packets.begin(), static_cast<std::ptrdiff_t>(first)); p != packets.end(); ++p)
      (*p)->pts -= gap, (*p)->dts -= gap;
  });
  const Verification v = verified(file, false);
  EXPECT_TRUE(v.proven()) << v.to_text();
  ASSERT_EQ(v.spans.size(), 2U);
  EXPECT_NEAR(std::chrono::duration<double>(v.spans[1].source->begin).count(), 3.0, 0.001);
  EXPECT_NEAR(std::chrono::duration<double>(v.spans[1].output.begin).count(), 1.0, 0.001);
  EXPECT_LE(v.sound.worst_offset, milliseconds(12));
}

TEST_F(Verify, KeepsTheFirstFewDifferencesOfAKind) {
  const std::string file = make("anew.mp4", "-i " + clip_ + " -c:v libx264 -g 25 -c:a copy");
  const Verification v = verified(file);
  EXPECT_GE(v.difference_count, 100U);
  EXPECT_LT(v.differences.size(), 20U);
  EXPECT_THAT(v.to_text(), HasSubstr("more like these"));
  EXPECT_THAT(v.to_text(), HasSubstr("not proven: "));
}

TEST_F(Verify, RefusesAPlanOfAnotherFile) {
  VerifyOptions options{.plan = plan_of_copy()};
  options.plan->spans[0].end = 101;
  EXPECT_THROW(verify(clip_, clip_, options), base::InputError);
  options.plan->spans[0] = {.first = 50, .end = 100, .source = {seconds(3), seconds(4)}};
  EXPECT_THROW(verify(clip_, clip_, options), base::InputError);
  options.plan = planner::Plan{.pictures = Treatment::render};
  EXPECT_THROW(verify(clip_, clip_, options), base::InputError);
}

TEST_F(Verify, RefusesWhatCannotBeRead) {
  EXPECT_THROW(verify(clip_, path("nothing.mp4"), {}), base::InputError);
  EXPECT_THROW(verify(write("text.mp4", "no media at all"), clip_, {}), base::InputError);
}

TEST_F(Verify, StopsWhenAsked) {
  const std::atomic<bool> stop{true};
  VerifyOptions options;
  options.stop = &stop;
  EXPECT_THROW(verify(clip_, clip_, options), base::Interrupted);
}

TEST_F(Verify, AcceptsFaultsThatTheSourceHasItself) {
  const std::string whole = clip_;
  clip_ = changed([](Packets&, Packets::iterator p) {
    ASSERT_GE(av_packet_make_writable(p->get()), 0);
    for (int i = (*p)->size / 2; i < (*p)->size; ++i) (*p)->data[i] = 0xA5;
  });
  const Verification v = verify(clip_, remuxed("again.mp4", [](Packets&, int) {}), {});
  EXPECT_TRUE(v.proven()) << v.to_text();
  EXPECT_THAT(verify(whole, clip_, {}).differences, has("decoders", "libavcodec (h264) complains"));
}

TEST_F(Verify, IsNotFooledByADecoderThatShowsNothing) {
  // GStreamer knows no DNxHD in Matroska.
  const std::string file = make("d.mkv",
                                "-f lavfi -i testsrc2=size=1280x720:rate=25:duration=0.2 -c:v dnxhd -pix_fmt "
                                "yuv422p -b:v 75M");
  EXPECT_THAT(verify(file, file, {}).differences, has("decoders", "GStreamer shows no picture of the source"));
}

TEST_F(Verify, TellsPicturesByTheirNumberWhereAFileHasNoTimes) {
  const std::string avi = make("a.avi", "-i " + clip_ + " -an -c copy");
  const Verification v = verify(clip_, avi, {});
  EXPECT_EQ(v.spans[0].same_packets, 100U) << v.to_text();
  EXPECT_EQ(v.spans[0].same_libav, 100U) << v.to_text();
  EXPECT_EQ(v.spans[0].same_gstreamer, 100U) << v.to_text();
}

TEST_F(Verify, ComparesSoundWithoutPictures) {
  const std::string song = make("song.m4a", "-i " + clip_ + " -vn -c copy");
  const std::string copy = make("copy.m4a", "-i " + song + " -c copy");
  const Verification v = verify(song, copy, {});
  EXPECT_TRUE(v.proven()) << v.to_text();
  EXPECT_EQ(v.sound.same_packets, v.sound.packets);
  EXPECT_FALSE(verify(song, clip_, {}).proven());
}

TEST_F(Verify, CountsSampleEntries) {
  EXPECT_EQ(av::most_sample_entries(clip_), 1U);
  std::string bytes = read(clip_);
  const auto at = bytes.find("stsd");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 11] = 2;
  EXPECT_EQ(av::most_sample_entries(write("two.mp4", bytes)), 2U);
  EXPECT_EQ(av::most_sample_entries(write("none.mp4", std::string(100, '\1'))), 0U);
  EXPECT_THROW(av::most_sample_entries(write("empty.mp4", "")), base::InputError);
}

}  // namespace
}  // namespace reel::engine
