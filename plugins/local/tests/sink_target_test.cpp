#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "sink_fixture.hpp"

namespace reel::local {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// -- the target appears when it is whole, and only then

TEST_F(SinkTest, TheTargetAppearsAtTheEnd) {
  Graph graph("videotestsrc is-live=true ! k.video_sink " + sink(file("live.mp4")));
  gst_element_set_state(graph.pipeline(), GST_STATE_PLAYING);
  std::this_thread::sleep_for(400ms);
  ASSERT_EQ(files().size(), 1U);
  EXPECT_THAT(files()[0], AllOf(::testing::StartsWith(".live.mp4.reel-"), ::testing::EndsWith(".part")));
  gst_element_send_event(graph.pipeline(), gst_event_new_eos());
  graph.wait(10s);
  EXPECT_THAT(files(), ElementsAre("live.mp4"));
}

TEST_F(SinkTest, AStopMidwayLeavesNothing) {
  {
    Graph graph("videotestsrc is-live=true ! k.video_sink audiotestsrc is-live=true ! k.audio_sink " +
                sink(file("stopped.mp4")));
    gst_element_set_state(graph.pipeline(), GST_STATE_PLAYING);
    std::this_thread::sleep_for(300ms);
  }
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(SinkTest, AStopMidwayLeavesTheOldFileAsItWas) {
  std::ofstream(file("old.mp4")) << "old";
  {
    Graph graph("videotestsrc is-live=true ! k.video_sink " + sink(file("old.mp4")));
    gst_element_set_state(graph.pipeline(), GST_STATE_PLAYING);
    std::this_thread::sleep_for(300ms);
  }
  EXPECT_THAT(files(), ElementsAre("old.mp4"));
  EXPECT_EQ(shell("cat '" + file("old.mp4") + "'"), "old");
}

TEST_F(SinkTest, AProcessThatIsKilledLeavesNoTarget) {
  const char* const build = std::getenv("REEL_BUILD_DIR");
  const std::string command = "timeout -s KILL 1 gst-launch-1.0 -q --gst-plugin-load='" +
                              std::string(build != nullptr ? build : ".") +
                              "/lib/reelwork/plugins/reel-local.so' videotestsrc is-live=true ! reel-sink uri='" +
                              file("killed.mp4") + "' >/dev/null 2>&1";
  EXPECT_NE(std::system(command.c_str()), 0);
  EXPECT_FALSE(fs::exists(file("killed.mp4")));
}

TEST_F(SinkTest, TheSourceItselfCanBeTheTarget) {
  const std::string path = ffmpeg("-f lavfi -i testsrc2=size=128x96:rate=25:duration=1 -c:v ffv1", file("same.mkv"));
  const auto before = decoded_pictures(path, "I420", 128, 96);
  Graph graph("reel-source uri=\"" + path + "\" ! queue ! k.video_sink " + sink(path, "video-codec=ffv1"));
  graph.run(20s);
  EXPECT_EQ(decoded_pictures(path, "I420", 128, 96), before);
  EXPECT_THAT(files(), ElementsAre("same.mkv"));
}

TEST_F(SinkTest, TheHostMayPutTheFileInPlace) {
  Graph graph(sink(file("host.mp4"), "commit=false") + video(picture_caps(numbered(0), "25/1")));
  push_pictures(graph, numbered_pictures(5), 25);
  gst_element_set_state(graph.pipeline(), GST_STATE_PAUSED);
  graph.run(20s);
  EXPECT_THAT(graph.messages["reel-artifact"], AllOf(HasSubstr("host.mp4"), HasSubstr(".part")));
  EXPECT_THAT(files(), IsEmpty());  // nobody took it
}

TEST_F(SinkTest, AStageCanBeUsedAgain) {
  const ElementPtr pipeline(
      gst_parse_launch(("videotestsrc num-buffers=5 ! k.video_sink " + sink(file("again.mp4"))).c_str(), nullptr));
  GstBus* const bus = gst_element_get_bus(pipeline.get());
  for (int run = 0; run < 2; ++run) {
    fs::remove(file("again.mp4"));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    GstMessage* const end = gst_bus_timed_pop_filtered(
        bus, 10 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    ASSERT_NE(end, nullptr);
    EXPECT_EQ(GST_MESSAGE_TYPE(end), GST_MESSAGE_EOS);
    gst_message_unref(end);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    EXPECT_EQ(picture_times(file("again.mp4")).size(), 5U);
  }
  gst_object_unref(bus);
}

TEST_F(SinkTest, NamesMayHoldAnything) {
  for (const std::string& name : {std::string("with space.mp4"), std::string("100%25#?&.mp4"), std::string("ünï.MP4"),
                                  std::string("-dash.mp4"), std::string("a:b'c.mp4"), std::string(251, 'x') + ".mp4"}) {
    SCOPED_TRACE(name);
    const ElementPtr k(gst_element_factory_make("reel-sink", "k"));
    ASSERT_NE(k, nullptr);
    Graph graph("videotestsrc num-buffers=3 ! k.video_sink reel-sink name=k");
    g_object_set(graph.element("k").get(), "uri", file(name).c_str(), nullptr);
    graph.run(20s);
    EXPECT_TRUE(fs::exists(file(name)));
  }
  const ElementPtr unused(gst_element_factory_make("reel-sink", nullptr));
  Graph graph("videotestsrc num-buffers=3 ! k.video_sink reel-sink name=k uri=\"file://" + file("as%20uri.mp4") + "\"");
  graph.run(20s);
  EXPECT_TRUE(fs::exists(file("as uri.mp4")));
}

// -- what cannot be written

class SinkFaultTest : public SinkTest {
 protected:
  static std::vector<std::string> write(const std::string& path, const std::string& more = "") {
    return errors_of("videotestsrc num-buffers=10 ! k.video_sink " + sink(path, more));
  }
};

TEST_F(SinkFaultTest, TargetsThatCannotBe) {
  fs::create_directory(file("folder.mp4"));
  std::ofstream(file("plain")) << "x";
  EXPECT_THAT(write(file("folder.mp4")), ElementsAre(HasSubstr("it is a folder")));
  EXPECT_THAT(write(file("none/a.mp4")), ElementsAre(HasSubstr("/none' does not exist")));
  EXPECT_THAT(write(file("plain/a.mp4")), ElementsAre(HasSubstr("/plain' is no folder")));
  EXPECT_THAT(write(file("")), ElementsAre(HasSubstr("cannot tell what kind of file")));
  EXPECT_THAT(write("/proc/a.mp4"), ElementsAre(HasSubstr("cannot write '/proc/a.mp4': ")));
  EXPECT_THAT(write("/dev/full", "container=mkv"), ElementsAre(HasSubstr("it is no ordinary file")));
  EXPECT_THAT(write(file(std::string(252, 'x') + ".mp4")), ElementsAre(HasSubstr("File name too long")));
  EXPECT_THAT(write("s3://bucket/a.mp4"), ElementsAre(HasSubstr("is no local file")));
  EXPECT_THAT(errors_of("videotestsrc num-buffers=1 ! reel-sink"), ElementsAre(HasSubstr("'uri' is not given")));
  EXPECT_THAT(files(), ElementsAre("folder.mp4", "plain"));
}

TEST_F(SinkFaultTest, AFolderThatMayNotBeWritten) {
  fs::create_directory(file("closed"));
  fs::permissions(file("closed"), fs::perms::owner_read | fs::perms::owner_exec);
  const OrdinaryUser user(file("."));
  EXPECT_THAT(write(file("closed/a.mp4")), ElementsAre(HasSubstr("Permission denied")));
}

TEST_F(SinkFaultTest, KindsThatAreNotKnownAndCodecsThatDoNotFit) {
  EXPECT_THAT(write(file("a.xyz")), ElementsAre(AllOf(HasSubstr("'.xyz' is not known"), HasSubstr(".mp4"))));
  EXPECT_THAT(write(file("a")), ElementsAre(HasSubstr("its name has no extension")));
  EXPECT_THAT(write(file("a.webm"), "video-codec=h264"),
              ElementsAre(AllOf(HasSubstr("'h264' cannot go into WebM"), HasSubstr("vp9, av1"))));
  EXPECT_THAT(write(file("a.mp4"), "audio-codec=pcm"), ElementsAre(HasSubstr("'pcm' cannot go into MP4")));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(SinkFaultTest, AFileThatMayNotBeReplaced) {
  std::ofstream(file("old.mp4")) << "old";
  EXPECT_THAT(write(file("old.mp4"), "overwrite=false"),
              ElementsAre(HasSubstr("it exists already, and 'overwrite' is off")));
  EXPECT_EQ(shell("cat '" + file("old.mp4") + "'"), "old");
  EXPECT_THAT(write(file("new.mp4"), "overwrite=false"), IsEmpty());
  EXPECT_THAT(files(), ElementsAre("new.mp4", "old.mp4"));
}

TEST_F(SinkFaultTest, NothingComesIn) {
  Graph graph(sink(file("nothing.mp4")) + video(picture_caps(numbered(0), "25/1")));
  try {
    graph.run(10s);
    ADD_FAILURE() << "nothing was written";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("nothing came in"));
  }
  EXPECT_THAT(errors_of("videotestsrc num-buffers=0 ! k.video_sink " + sink(file("none.png"))),
              ElementsAre(HasSubstr("nothing came in")));
}

TEST_F(SinkFaultTest, PicturesThatChangeTheirSize) {
  Graph graph(sink(file("changing.mp4")) +
              "concat name=c ! k.video_sink videotestsrc num-buffers=5 ! video/x-raw,width=64,height=48 ! c. "
              "videotestsrc num-buffers=5 ! video/x-raw,width=32,height=48 ! c.");
  try {
    graph.run(10s);
    ADD_FAILURE() << "two sizes went into one file";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("the format changed midway"));
  }
}

/// A limit of the process stands for a disk that is full: the writes fail midway.
TEST_F(SinkFaultTest, NoMoreSpace) {
  struct Limit {
    rlimit before{};
    Limit() {
      std::signal(SIGXFSZ, SIG_IGN);
      getrlimit(RLIMIT_FSIZE, &before);
      const rlimit small{.rlim_cur = 100'000, .rlim_max = before.rlim_max};
      setrlimit(RLIMIT_FSIZE, &small);
    }
    ~Limit() { setrlimit(RLIMIT_FSIZE, &before); }
  };
  for (const char* const name : {"full.mp4", "full.mkv", "full.wav"}) {
    const Limit limit;
    const std::string from = name[5] == 'w' ? "audiotestsrc num-buffers=1000 ! k.audio_sink "
                                            : "videotestsrc pattern=snow num-buffers=50 ! k.video_sink ";
    EXPECT_THAT(errors_of(from + sink(file(name))),
                ::testing::Contains(AllOf(HasSubstr(name), HasSubstr("File too large"))))
        << name;
  }
  EXPECT_THAT(files(), IsEmpty());
}

}  // namespace
}  // namespace reel::local
