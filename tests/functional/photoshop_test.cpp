/// Documents for Photoshop, out of pipelines; read by ImageMagick.
#include <gmock/gmock.h>

#include "media.hpp"

namespace reel::tests {
namespace {

using ::testing::HasSubstr;

class PhotoshopStage : public ::testing::Test {
 protected:
  PhotoshopStage() { small_clip(folder.path()); }
  Result run(const std::string& with, const std::string& from = "[in, soft, title]", const std::string& sink = "") {
    write(folder / "p.yaml",
          "reel: 1\nname: stills\nstages:\n  - { id: in, uses: source, with: { uri: small.mp4 } }\n"
          "  - { id: soft, uses: blur, with: { radius: 9, region: { box: [0.25, 0.25, 0.25, 0.25] } } }\n"
          "  - { id: title, uses: text, with: { text: Reelwork } }\n" +
              sink + "  - uses: photoshop\n    from: " + from + "\n    with: { " + with + " }\n");
    return shell("cd " + quoted(folder.path()) + " && " + reel() + " run --progress none p.yaml");
  }
  std::string identify(const std::string& file, const std::string& format) const {
    return shell("identify -format '" + format + "\\n' " + quoted(folder / file) + " 2>/dev/null").output;
  }
  /// Of the merged picture and the one that the pipeline shows, by how many levels a sample differs at most.
  double difference(const std::string& file, const std::string& at) {
    write(folder / "show.yaml", read(folder / "p.yaml").substr(0, read(folder / "p.yaml").find("  - uses: photoshop")) +
                                    "  - { uses: sink, with: { uri: shown.mp4 } }\n");
    const Result shown =
        shell("cd " + quoted(folder.path()) + " && " + reel() + " preview show.yaml --at " + at + " -o shown.png");
    EXPECT_EQ(shown.exit, 0) << shown.output;
    const Result compared =
        shell("cd " + quoted(folder.path()) + " && compare -metric PAE '" + file + "[0]' shown.png null: 2>&1");
    return std::stod(compared.output.substr(compared.output.find('(') + 1)) * 255;
  }
  std::vector<std::string> documents() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      if (entry.path().extension() == ".psd" || entry.path().extension() == ".jsx" ||
          entry.path().extension() == ".part")
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  }

  const TemporaryFolder folder;
};

TEST_F(PhotoshopStage, each_input_is_a_layer_and_shows_what_it_changes) {
  const Result done = run("uri: shot.psd, at: 0:02");
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_EQ(identify("shot.psd", "%wx%h %z %l"), "320x180 8 \n320x180 8 in\n320x180 8 soft\n320x180 8 title\n");
  EXPECT_LE(difference("shot.psd", "0:02"), 1.0);
  // Where the title's layer shows, its mask is white: nowhere in the upper half.
  const Result mask = shell("convert " + quoted(folder / "shot.psd") +
                            "'[3]' -alpha extract -crop 320x90+0+0 -format '%[fx:maxima]' info:");
  EXPECT_EQ(mask.output, "0");
}

TEST_F(PhotoshopStage, moments_become_documents_groups_or_files) {
  ASSERT_EQ(run("uri: shot.psd, at: [0:01, 0:02, 0:03]").exit, 0);
  EXPECT_THAT(documents(), ::testing::ElementsAre("shot-001.psd", "shot-002.psd", "shot-003.psd"));
  ASSERT_EQ(run("uri: stack.psd, layout: stack, at: 0:01..0:01.4", "[title]").exit, 0);
  const std::string layers = identify("stack.psd", "%l");
  EXPECT_THAT(std::ranges::count(layers, '\n'), ::testing::AllOf(::testing::Gt(5), ::testing::Lt(20))) << layers;
  ASSERT_EQ(run("uri: one.psd, layout: sequence, at: 0:01", "[in, title]").exit, 0);
  EXPECT_THAT(documents(), ::testing::IsSupersetOf({"one-001.psd", "one-002.psd"}));
}

TEST_F(PhotoshopStage, stands_beside_a_sink_and_writes_a_script) {
  const Result done = run("uri: shot.psd, at: 0:02, depth: 16, script: true", "[in, title]",
                          "  - { id: film, uses: sink, from: [title], with: { uri: film.mp4 } }\n");
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_TRUE(std::filesystem::exists(folder / "film.mp4"));
  EXPECT_EQ(identify("shot.psd", "%z").substr(0, 2), "16");
  const std::string script = read(folder / "shot.jsx");
  EXPECT_THAT(script, HasSubstr((folder / "film.mp4").string()));
  EXPECT_THAT(script, HasSubstr((folder / "small.mp4").string()));
}

TEST_F(PhotoshopStage, says_what_is_wrong_and_leaves_nothing) {
  const Result late = run("uri: shot.psd, at: 5:00");
  EXPECT_EQ(late.exit, 2);
  EXPECT_THAT(late.output, HasSubstr("past-the-end"));
  const Result many = run("uri: shot.psd, depth: 16, at: [0:00.., 0:00.., 0:00.., 0:00..]", "[in, title]");
  EXPECT_EQ(many.exit, 1) << many.output;
  EXPECT_THAT(many.output, HasSubstr("ask for fewer"));
  const Result name = run("uri: shot.tiff");
  EXPECT_NE(name.exit, 0);
  EXPECT_THAT(name.output, HasSubstr("end it in .psd or .psb"));
  EXPECT_THAT(documents(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace reel::tests
