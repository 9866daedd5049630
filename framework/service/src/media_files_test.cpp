#include "reel/service/media_files.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "reel/base/error.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;

class MediaFilesTest : public ::testing::Test {
 protected:
  MediaFilesTest() : folder_(fs::temp_directory_path() / ("reel-media-" + std::to_string(::getpid()))) {}
  ~MediaFilesTest() override { fs::remove_all(folder_); }
  static void write(const fs::path& file) { std::ofstream(file) << "bytes"; }

  fs::path folder_;
  MediaFiles files{folder_};
};

TEST_F(MediaFilesTest, plain_file_names) {
  for (const char* const good : {"a.mp4", "ä b.mp4", "..a", ".hidden"}) EXPECT_TRUE(is_plain_file_name(good)) << good;
  for (const std::string bad : {"", ".", "..", "a/b", "/a", "a\nb", "a\x7f"})
    EXPECT_FALSE(is_plain_file_name(bad)) << bad;
  EXPECT_FALSE(is_plain_file_name(std::string(256, 'a')));
}

TEST_F(MediaFilesTest, the_folder_belongs_to_one_database) {
  files.tie_to("one");
  files.tie_to("one");
  EXPECT_THROW(files.tie_to("other"), base::InputError);
  MediaFiles(folder_).tie_to("one");
}

TEST_F(MediaFilesTest, an_upload_is_adopted_once_and_again) {
  write(files.upload("00ff"));
  EXPECT_TRUE(files.adopt("00ff", 7));
  EXPECT_TRUE(fs::exists(files.original(7)));
  EXPECT_FALSE(fs::exists(files.upload("00ff")));
  EXPECT_TRUE(files.adopt("00ff", 7));
  EXPECT_FALSE(files.adopt("11ff", 8));
}

TEST_F(MediaFilesTest, artifacts_have_uris_and_nothing_else_is_one) {
  const std::string uri = MediaFiles::artifact_uri({12, 3}, "tidy.mp4");
  EXPECT_EQ(uri, "result:12-3/tidy.mp4");
  EXPECT_EQ(files.artifact(uri), files.results({12, 3}) / "tidy.mp4");
  for (const char* const bad :
       {"", "result:", "result:12-3", "result:12-3/", "result:12-3/..", "result:12-3/../../x", "result:12/a",
        "result:-3/a", "result:12-/a", "result:../a", "result:x-1/a", "result:/a", "file:///etc/passwd", "/etc/passwd"})
    EXPECT_EQ(files.artifact(bad), std::nullopt) << bad;
}

TEST_F(MediaFilesTest, a_video_goes_with_its_results) {
  write(files.upload("00ff"));
  files.adopt("00ff", 7);
  fs::create_directories(files.results({12, 1}));
  write(files.results({12, 1}) / "a.mp4");
  files.remove_video(7, {"result:12-1/a.mp4", "https://elsewhere.example/a.mp4"});
  EXPECT_FALSE(fs::exists(files.video(7)));
  EXPECT_FALSE(fs::exists(files.results({12, 1})));
}

}  // namespace
}  // namespace reel::service
