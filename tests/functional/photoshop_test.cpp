/// Documents for Photoshop, out of pipelines; read by ImageMagick.
#include <gmock/gmock.h>

#include <sstream>

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

TEST_F(PhotoshopStage, writes_no_script_where_there_is_no_video_to_open) {
  write(folder / "bars.yaml",
        "reel: 1\nstages:\n  - { id: bars, uses: gst/videotestsrc }\n"
        "  - uses: photoshop\n    with: { uri: bars.psd, script: true }\n");
  const Result done = shell("cd " + quoted(folder.path()) + " && " + reel() + " run --progress none bars.yaml");
  EXPECT_EQ(done.exit, 1) << done.output;
  EXPECT_THAT(done.output, HasSubstr("there is no video that a script could open"));
  EXPECT_THAT(documents(), ::testing::IsEmpty());
}

class PhotoshopExport : public PhotoshopStage {
 protected:
  PhotoshopExport() {
    write(folder / "edit.yaml",
          "reel: 1\nparams:\n  output: { type: uri }\nstages:\n  - { uses: source, with: { uri: small.mp4 } }\n"
          "  - { uses: blur, with: { radius: 9, region: { box: [0.25, 0.25, 0.25, 0.25] } } }\n"
          "  - { uses: sink, with: { uri: proxy.mp4 } }\n  - { uses: blur, during: 0:04.., with: { radius: 3 } }\n"
          "  - { uses: mute }\n  - { uses: sink, with: { uri: \"${output}\" } }\n");
  }
  Result inside(const std::string& line) const { return shell("cd " + quoted(folder.path()) + " && " + line); }
  Result command(const std::string& arguments) const { return inside(reel() + " " + arguments); }
};

TEST_F(PhotoshopExport, makes_a_document_of_a_clip) {
  const Result done = command("export photoshop small.mp4 --at 0:02 --at 0:03 -o shot.psd");
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("shot-002.psd"));
  EXPECT_THAT(documents(), ::testing::ElementsAre("shot-001.psd", "shot-002.psd"));
  EXPECT_EQ(identify("shot-001.psd", "%wx%h %z %l"), "320x180 8 \n320x180 8 original\n");
}

TEST_F(PhotoshopExport, makes_a_layer_of_each_stage_that_the_picture_passes) {
  const Result done = command("export photoshop edit.yaml --at 0:02 --with depth=16 --with ppi=300 -o shot.psb");
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_EQ(identify("shot.psb", "%z %x %l"), "16 300 \n16 300 source\n16 300 blur\n16 300 blur-2\n");
  EXPECT_FALSE(std::filesystem::exists(folder / "proxy.mp4")) << "only the document is made";
  ASSERT_EQ(command("export photoshop - --from source --from blur-2 -o two.psd <edit.yaml").exit, 0);
  EXPECT_EQ(identify("two.psd", "%l"), "\nsource\nblur-2\n");
}

TEST_F(PhotoshopExport, compares_a_finished_run_with_what_it_was_made_of) {
  ASSERT_EQ(command("run --progress none edit.yaml --set output=done.mp4").exit, 0);
  const Result done = command(
      "export photoshop small.mp4 done.mp4 --at 0:01..0:01.2 --with layout=stack --with script=true -o shot.psd");
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_THAT(identify("shot.psd", "%l"), HasSubstr("original\nprocessed\n"));
  const std::string script = read(folder / "shot.jsx");
  const auto original = script.find((folder / "small.mp4").string());
  EXPECT_LT(original, script.find((folder / "done.mp4").string()));
}

TEST_F(PhotoshopExport, says_what_is_wrong) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"photshop small.mp4 -o a.psd", "'photshop' is no exporter\n  hint: did you mean 'photoshop'?"},
      {"blur small.mp4 -o a.psd", "'blur' is no exporter\n  hint: there is photoshop"},
      {"photoshop none.mp4 -o a.psd", "none.mp4"},
      {"photoshop none.yaml -o a.psd", "there is no such file"},
      {"photoshop edit.yaml small.mp4 -o a.psd", "one pipeline can be exported at a time"},
      {"photoshop edit.yaml --from blurr -o a.psd", "--from blurr: the pipeline has no such stage"},
      {"photoshop small.mp4 --with dept=16 -o a.psd", "has no parameter 'dept'"},
      {"photoshop small.mp4 --with depth=12 -o a.psd", "12"},
      {"photoshop small.mp4 --at never -o a.psd", "never"},
      {"photoshop small.mp4 --at 5:00 -o a.psd", "past-the-end"},
      {"photoshop small.mp4 -o a.tiff", "end it in .psd or .psb"},
      {"photoshop small.mp4 -o '${x}.psd/b.psd'", "there is no folder '${x}.psd'"},
      {"photoshop small.mp4", "-o"}};
  for (const auto& [arguments, message] : cases) {
    const Result done = command("export " + arguments);
    EXPECT_EQ(done.exit, 2) << arguments << '\n' << done.output;
    EXPECT_THAT(done.output, HasSubstr(message)) << arguments;
  }
  EXPECT_THAT(documents(), ::testing::IsEmpty());
}

/// A frame that was painted on by another program, and goes back in its place.
TEST_F(PhotoshopExport, brings_a_retouched_frame_back) {
  ASSERT_EQ(command("export photoshop small.mp4 --at 48f -o frame.psd").exit, 0);
  ASSERT_EQ(inside("convert 'frame.psd[0]' -fill red -draw 'rectangle 40,40 119,119' retouched.psd").exit, 0);
  const Result back = command("run --progress none " + quoted(source_folder() / "pipelines/retouched-frame.yaml") +
                              " --set input=small.mp4 --set frame=" + quoted(folder / "retouched.psd") +
                              " --set from=48f --set to=49f -o back.mp4 --verify");
  ASSERT_EQ(back.exit, 0) << back.output;
  const auto before = gray_pictures(folder / "small.mp4", 320, 180),
             after = gray_pictures(folder / "back.mp4", 320, 180);
  ASSERT_EQ(after.size(), before.size());
  const auto difference_at = [&](std::size_t picture, std::size_t x, std::size_t y) {
    return std::abs(before[picture][y * 320 + x] - after[picture][y * 320 + x]);
  };
  EXPECT_NEAR(after[48][80 * 320 + 80], 76, 12) << "red, as grey";
  EXPECT_LE(difference_at(48, 200, 100), 8) << "the rest of the frame";
  EXPECT_LE(difference_at(47, 80, 80), 8) << "its neighbours";
  EXPECT_LE(difference_at(49, 80, 80), 8);
  EXPECT_EQ(before.front(), after.front());
  EXPECT_EQ(before.back(), after.back());
}

TEST_F(PhotoshopExport, lays_a_document_over_a_clip_with_its_transparency) {
  ASSERT_EQ(inside("convert -size 320x180 xc:none -fill '#ff0000' -draw 'rectangle 0,0 99,99' "
                   "-fill 'rgba(0,255,0,0.5)' -draw 'rectangle 200,0 299,99' over.psd")
                .exit,
            0);
  write(folder / "over.yaml",
        "reel: 1\nparams:\n  opacity: { type: number }\nstages:\n"
        "  - { id: clip, uses: source, with: { uri: small.mp4 } }\n"
        "  - { id: psd, uses: source, with: { uri: over.psd } }\n"
        "  - { uses: overlay, from: [clip, psd], with: { opacity: \"${opacity}\" } }\n"
        "  - { uses: sink, with: { uri: over.mp4 } }\n");
  const auto green_at = [&](const std::string& opacity, int x) {
    const Result shown = command("preview over.yaml --set opacity=" + opacity + " --at 0:02 -o shown.png");
    EXPECT_EQ(shown.exit, 0) << shown.output;
    const std::string place = std::to_string(x) + ",50";
    return std::stoi(inside("convert shown.png -depth 8 -format '%[fx:int(255*p{" + place + "}.g)]' info:").output);
  };
  EXPECT_NEAR(green_at("1", 50), 0, 8) << "covered by red";
  EXPECT_NEAR(green_at("1", 250), (green_at("0", 250) + 255) / 2, 8);
  EXPECT_EQ(green_at("1", 150), green_at("0", 150));
}

}  // namespace
}  // namespace reel::tests
