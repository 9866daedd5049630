/// Edits of objects of which little comes here: the tables say where the packets are, and the service copies them.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "packets.hpp"
#include "s3_fixture.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Json = nlohmann::json;

struct Moved {
  std::size_t down = 0, up = 0;  ///< bytes
};

/// Stands before the server and counts.
class CountingProxy {
 public:
  explicit CountingProxy(const std::string& server)
      : program_("exec /usr/bin/python3 " + quoted(source_folder() / "tests/support/counting_proxy.py") + " " +
                     server.substr(server.rfind(':') + 1),
                 folder_ / "proxy.log"),
        url_(program_.waits_for("listening on ")) {}
  const std::string& url() const { return url_; }
  /// Since it was last asked.
  Moved moved() const {
    std::istringstream answer(shell("curl -sf " + url_ + "/bytes-moved").output);
    Moved moved;
    answer >> moved.down >> moved.up;
    return moved;
  }

 private:
  const TemporaryFolder folder_;
  Program program_;
  std::string url_;
};

class RemoteEdits : public S3Fixture {
 protected:
  RemoteEdits() { setenv("AWS_ENDPOINT_URL", proxy.url().c_str(), 1); }

  /// Ten seconds of pictures again and again, at a constant rate. `how`: the encoder's settings.
  fs::path clip_of(int tens, const std::string& how, const std::string& ending = "mp4") const {
    const fs::path part = folder / "part.mp4", file = folder / ("clip." + ending);
    ffmpeg("-y -t 10 -i " + quoted(clip("wannaworktogether.mp4")) +
           " -an -vf scale=320:180,setsar=1 -r 25 -preset ultrafast -g 50 " + how + " " + quoted(part));
    std::string list;
    for (int i = 0; i < tens; ++i) list += "file part.mp4\n";
    write(folder / "list.txt", list);
    ffmpeg("-y -f concat -i " + quoted(folder / "list.txt") + " -i " + quoted(clip("wannaworktogether.mp4")) +
           " -map 0:v -map 1:a -shortest -c copy " + (ending == "mp4" ? "-movflags +faststart " : "") + quoted(file));
    return file;
  }
  std::string put(const fs::path& file) const {
    EXPECT_EQ(aws("s3 cp --quiet " + quoted(file) + " s3://media/clip.mp4").exit, 0);
    return "s3://media/clip.mp4";
  }
  void set_stages(const std::string& stages) const {
    write(folder / "edit.yaml",
          "reel: 1\nparams:\n  input: { type: uri }\n  output: { type: uri }\nstages:\n"
          "  - uses: source\n    with: { uri: \"${input}\" }\n" +
              stages + "  - uses: sink\n    with: { uri: \"${output}\" }\n");
  }
  Result reel_on(const std::string& command, const std::string& input, const std::string& output,
                 const std::string& more = "") const {
    return shell("cd " + quoted(folder.path()) + " && TMPDIR=" + quoted(folder.path()) + " " + reel() + " " + command +
                 " edit.yaml --set input=" + input + " --set output=" + output + " " + more);
  }
  Result run(const std::string& input, const std::string& output, const std::string& more = "") const {
    return reel_on("run", input, output, "--no-cache --progress none " + more);
  }
  /// What was made elsewhere has the packets of what is made here of the same clip.
  void expect_same_as_here(const fs::path& source, const std::string& made) const {
    const fs::path here = folder / "here.mp4", there = folder / "there.mp4";
    const Result done = run(source, here);
    ASSERT_EQ(done.exit, 0) << done.output;
    ASSERT_EQ(aws("s3 cp --quiet " + made + " " + quoted(there)).exit, 0);
    for (const char* const stream : {"v:0", "a:0"}) {
      const auto expected = packets_of(here, stream), got = packets_of(there, stream);
      ASSERT_EQ(got.size(), expected.size()) << stream;
      ASSERT_FALSE(got.empty());
      for (std::size_t i = 0; i < got.size(); ++i) {
        ASSERT_EQ(got[i].pts, expected[i].pts) << stream << i;
        ASSERT_EQ(got[i].dts, expected[i].dts) << stream << i;
        ASSERT_EQ(got[i].key, expected[i].key) << stream << i;
        ASSERT_EQ(got[i].hash, expected[i].hash) << stream << i;
      }
    }
    const Result played = shell("ffmpeg -nostdin -v warning -i " + quoted(there) + " -f null -");
    EXPECT_EQ(played.output, "");
  }

  /// The same edit of the same clip, elsewhere.
  void expect_done_alike(const fs::path& clip, const std::string& stages) const {
    set_stages(stages);
    const Result done = run(put(clip), "s3://media/out.mp4");
    ASSERT_EQ(done.exit, 0) << done.output;
    expect_same_as_here(clip, "s3://media/out.mp4");
  }

  const CountingProxy proxy{server.url()};
  const TemporaryFolder folder;
  static constexpr const char* constant_rate =
      "-c:v libx264 -bf 2 -b:v 6M -minrate 6M -maxrate 6M -bufsize 6M -x264-params nal-hrd=cbr";
  static constexpr const char* blurred = "  - uses: blur\n    during: 0:21..0:23\n    with: { radius: 8 }\n";
};

TEST_F(RemoteEdits, are_planned_by_tables_and_copied_by_the_service) {
  const fs::path clip = clip_of(8, constant_rate);
  const std::string there = put(clip);
  ASSERT_GT(fs::file_size(clip), 55 * mebibyte);
  set_stages(blurred);
  proxy.moved();
  ASSERT_EQ(shell(reel() + " probe " + there).exit, 0);
  EXPECT_LT(proxy.moved().down, 5 * mebibyte);
  const Result explained = reel_on("explain", there, "s3://media/out.mp4");
  ASSERT_EQ(explained.exit, 0) << explained.output;
  EXPECT_LT(proxy.moved().down, 15 * mebibyte) << explained.output;
  const Result done = run(there, "s3://media/out.mp4");
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_LT(proxy.moved().up, 30 * mebibyte);
  EXPECT_EQ(open_uploads(), "0\n");
  expect_same_as_here(clip, "s3://media/out.mp4");
}

TEST_F(RemoteEdits, of_time_are_done_alike) {
  expect_done_alike(clip_of(5, constant_rate), "  - uses: cut\n    with: { remove: [ 0:20.1..0:30.4, 0:40..0:41 ] }\n");
}

TEST_F(RemoteEdits, look_into_keyframes_where_decoders_may_not_begin) {
  expect_done_alike(clip_of(3, std::string(constant_rate) + ":open-gop=1:keyint=50"), blurred);
}

TEST_F(RemoteEdits, notice_packets_that_are_not_what_their_tables_promise) {
  // Its second half brings other parameter sets in its packets, which `avc1` promises not to happen.
  for (const char* const half : {"1", "2"})
    ffmpeg("-y -ss " + std::string(half) + "0 -t 10 -i " + quoted(clip("wannaworktogether.mp4")) +
           " -an -vf scale=320:-2 -c:v libx264 -g 48 -refs " + half + " " +
           quoted(folder / (half + std::string(".ts"))));
  const fs::path clip = folder / "clip.mp4";
  ffmpeg("-i 'concat:" + (folder / "1.ts").string() + "|" + (folder / "2.ts").string() + "' -c copy " + quoted(clip));
  const std::string there = put(clip);
  set_stages("  - uses: blur\n    during: 0:14..0:15\n    with: { radius: 8 }\n");
  EXPECT_THAT(reel_on("explain", there, "out.mp4").output, HasSubstr("its parameter sets change on the way"));
  // Nobody looks into what is far from an edit before it is copied.
  set_stages("  - uses: blur\n    during: 0:03..0:04\n    with: { radius: 8 }\n");
  EXPECT_THAT(reel_on("explain", there, "out.mp4").output, HasSubstr("copy "));
  const Result done = run(there, "out.mp4");
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("its parameter sets change on the way; everything is rendered instead"));
}

TEST_F(RemoteEdits, of_what_has_no_tables_read_everything) {
  expect_done_alike(clip_of(3, constant_rate, "mkv"), blurred);
}

TEST_F(RemoteEdits, are_proven_where_that_is_asked_for) {
  const fs::path clip = clip_of(3, constant_rate);
  const std::string there = put(clip);
  set_stages(blurred);
  const Result done = run(there, "s3://media/out.mp4", "--verify --report report.json");
  ASSERT_EQ(done.exit, 0) << done.output;
  const Json report = Json::parse(read(folder / "report.json"));
  EXPECT_TRUE(report.contains("verification"));
  expect_same_as_here(clip, "s3://media/out.mp4");
}

}  // namespace
}  // namespace reel::tests
