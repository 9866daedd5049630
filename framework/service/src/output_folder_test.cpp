#include "output_folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "command.hpp"
#include "publish.hpp"
#include "reel/base/error.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;

class OutputFolderTest : public ::testing::Test {
 protected:
  OutputFolderTest() {
    for (const char* const name : {"out", "victim"}) fs::create_directory(folder_ / name);
    tests::write(folder_ / "out" / "own.mp4", "own");
    tests::write(folder_ / "victim" / "preview.mp4", "not yours");
  }
  fs::path out() const { return folder_ / "out"; }
  fs::path to() const { return folder_ / "results"; }
  /// What a child could do: the folder of the results leads to somebody else's.
  void swap() const {
    fs::rename(out(), folder_ / "away");
    fs::create_directory_symlink(folder_ / "victim", out());
  }

  tests::TemporaryFolder folder_;
};

TEST_F(OutputFolderTest, stays_what_it_was_when_it_was_opened) {
  const OutputFolder folder(out());
  swap();
  EXPECT_EQ(folder.size("own.mp4"), 3U);
  EXPECT_FALSE(folder.size("preview.mp4"));
  EXPECT_EQ(folder.odd_file(), "");
  EXPECT_THROW(publish(folder, {"preview.mp4"}, to()), base::RunError);
  EXPECT_EQ(tests::read(folder_ / "victim" / "preview.mp4"), "not yours");
  EXPECT_FALSE(fs::exists(to()));
  EXPECT_EQ(publish(folder, {"own.mp4"}, to()), 3U);
  EXPECT_EQ(tests::read(to() / "own.mp4"), "own");
}

TEST_F(OutputFolderTest, is_not_opened_through_a_link) {
  swap();
  EXPECT_THROW(OutputFolder{out()}, base::RunError);
}

TEST_F(OutputFolderTest, gives_plain_files_only) {
  const OutputFolder folder(out());
  fs::create_symlink(folder_ / "victim" / "preview.mp4", out() / "link");
  fs::create_hard_link(folder_ / "victim" / "preview.mp4", out() / "second-name");
  fs::create_directory(out() / "folder");
  ASSERT_EQ(::mkfifo((out() / "pipe").c_str(), 0666), 0);
  EXPECT_NE(folder.odd_file(), "");
  for (const char* const odd :
       {"link", "second-name", "folder", "pipe", "../victim/preview.mp4", "..", ".", "", "none"}) {
    EXPECT_FALSE(folder.size(odd)) << odd;
    EXPECT_THROW(publish(folder, {"own.mp4", odd}, to()), base::RunError) << odd;
    EXPECT_FALSE(fs::exists(to())) << odd;
    tests::write(out() / "own.mp4", "own");
  }
  EXPECT_EQ(tests::read(folder_ / "victim" / "preview.mp4"), "not yours");
}

TEST_F(OutputFolderTest, comes_anew_in_place_of_an_older_one) {
  const OutputFolder folder(out());
  fs::create_directory(to());
  tests::write(to() / "old.mp4", "old");
  EXPECT_EQ(publish(folder, {"own.mp4"}, to()), 3U);
  EXPECT_EQ(tests::read(to() / "own.mp4"), "own");
  EXPECT_FALSE(fs::exists(to() / "old.mp4"));
}

}  // namespace
}  // namespace reel::service
