/// Pipelines that read from and write to S3, run by `reel` as an author runs them.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "media.hpp"
#include "s3_fixture.hpp"

namespace reel::tests {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr const char* pipeline =
    "reel: 1\nparams:\n  input: { type: uri }\n  output: { type: uri }\nstages:\n"
    "  - uses: source\n    with: { uri: \"${input}\" }\n"
    "  - uses: blur\n    during: 0:02..0:03\n    with: { radius: 8 }\n"
    "  - uses: sink\n    with: { uri: \"${output}\" }\n";

class PipelinesOnS3 : public S3Fixture {
 protected:
  PipelinesOnS3() {
    write(folder / "edit.yaml", pipeline);
    clip_ = small_clip(folder.path());
    EXPECT_EQ(aws("s3 cp --quiet " + quoted(clip_) + " 's3://media/in/my clip.mp4'").exit, 0);
  }
  Result run(const std::string& input, const std::string& output, const std::string& more = "") const {
    return shell("cd " + quoted(folder.path()) + " && TMPDIR=" + quoted(folder.path()) + " " + reel() +
                 " run edit.yaml --progress none --set input='" + input + "' --set output='" + output + "' " + more);
  }
  std::string objects() const { return aws("s3 ls --recursive s3://media").output; }
  std::vector<std::string> left_in_folder() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      names.push_back(entry.path().filename().string());
    return names;
  }

  const TemporaryFolder folder;
  std::filesystem::path clip_;
};

TEST_F(PipelinesOnS3, are_probed_as_files_are) {
  const Json here = Json::parse(shell(reel() + " probe --json " + quoted(clip_)).output);
  Json there = Json::parse(shell(reel() + " probe --json 's3://media/in/my%20clip.mp4'").output);
  EXPECT_EQ(there["uri"], "s3://media/in/my%20clip.mp4");
  there["uri"] = here["uri"];
  EXPECT_EQ(there, here);
}

TEST_F(PipelinesOnS3, are_edited_as_files_are) {
  const Result done = run("s3://media/in/my clip.mp4", "s3://media/out/edited.mp4", "--verify --report report.json");
  ASSERT_EQ(done.exit, 0) << done.output;
  const Json report = Json::parse(read(folder / "report.json"));
  EXPECT_EQ(report["artifacts"][0]["uri"], "s3://media/out/edited.mp4");
  EXPECT_GT(report["plan"]["copied"], 0) << "packets stay";
  const auto edited = folder / "edited.mp4";
  ASSERT_EQ(aws("s3 cp --quiet s3://media/out/edited.mp4 " + quoted(edited)).exit, 0);
  EXPECT_EQ(report["artifacts"][0]["bytes"], std::filesystem::file_size(edited));
  const auto before = gray_pictures(clip_, 64, 36), after = gray_pictures(edited, 64, 36);
  ASSERT_EQ(after.size(), before.size());
  EXPECT_EQ(after.front(), before.front());
  EXPECT_EQ(after.back(), before.back());
  const Result proof = shell(reel() + " verify " + quoted(clip_) + " " + quoted(edited));
  EXPECT_EQ(proof.exit, 0) << proof.output;
  EXPECT_THAT(left_in_folder(), ::testing::UnorderedElementsAre("edit.yaml", "small.mp4", "edited.mp4", "report.json"));
}

TEST_F(PipelinesOnS3, go_from_there_to_here_and_back) {
  ASSERT_EQ(run("s3://media/in/my clip.mp4", "here.mp4").exit, 0);
  ASSERT_EQ(run("here.mp4", "s3://media/back.mp4").exit, 0);
  EXPECT_THAT(objects(), HasSubstr("back.mp4"));
  EXPECT_EQ(open_uploads(), "0\n");
}

TEST_F(PipelinesOnS3, say_what_is_wrong_before_anything_is_done) {
  const Result nothing = run("s3://media/in/none.mp4", "s3://media/out.mp4");
  EXPECT_EQ(nothing.exit, 2);
  EXPECT_THAT(nothing.output, HasSubstr("edit.yaml:7:"));
  EXPECT_THAT(nothing.output, HasSubstr("s3://media/in/none.mp4"));
  const Result itself = run("s3://media/in/my clip.mp4", "s3://media/in/my clip.mp4");
  EXPECT_EQ(itself.exit, 2);
  EXPECT_THAT(itself.output, HasSubstr("overwrite its own input"));
  const Result folder_name = run("s3://media/in/my clip.mp4", "s3://media/out/");
  EXPECT_EQ(folder_name.exit, 2);
  EXPECT_THAT(folder_name.output, HasSubstr("names no file"));
}

TEST_F(PipelinesOnS3, keep_what_is_there_where_told_so) {
  std::string careful = pipeline;
  careful.replace(careful.rfind(" }"), 2, ", overwrite: false }");
  write(folder / "edit.yaml", careful);
  ASSERT_EQ(run("s3://media/in/my clip.mp4", "s3://media/once.mp4", "--report first.json").exit, 0);
  EXPECT_GT(Json::parse(read(folder / "first.json"))["plan"]["copied"], 0) << "and still copies";
  const std::string before = objects();
  const Result again = run("s3://media/in/my clip.mp4", "s3://media/once.mp4");
  EXPECT_EQ(again.exit, 1);
  EXPECT_THAT(again.output, HasSubstr("s3://media/once.mp4 exists already, and 'overwrite' is off"));
  EXPECT_EQ(objects(), before);
  ASSERT_EQ(run("s3://media/in/my clip.mp4", "here.mp4").exit, 0);
  const std::string first = read(folder / "here.mp4");
  EXPECT_THAT(run("s3://media/in/my clip.mp4", "here.mp4").output, HasSubstr("here.mp4 exists already"));
  EXPECT_EQ(read(folder / "here.mp4"), first);
}

TEST_F(PipelinesOnS3, leave_nothing_where_the_target_refuses) {
  const Result done = run("s3://media/in/my clip.mp4", "s3://no-such-bucket/out.mp4");
  EXPECT_EQ(done.exit, 2) << done.output;
  EXPECT_THAT(done.output, HasSubstr("no-such-bucket"));
  EXPECT_EQ(done.output.find("testing+/1"), std::string::npos) << "no secret";
  EXPECT_THAT(left_in_folder(), ::testing::UnorderedElementsAre("edit.yaml", "small.mp4"));
  setenv("AWS_SECRET_ACCESS_KEY", "wrong", 1);
  const Result denied = run("s3://media/in/my clip.mp4", "s3://media/out.mp4");
  EXPECT_EQ(denied.exit, 2);
  EXPECT_THAT(denied.output, HasSubstr("the secret key does not fit the access key"));
}

}  // namespace
}  // namespace reel::tests
