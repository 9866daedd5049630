#include "runner_disk.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <limits>

#include "command.hpp"
#include "reel/base/file_descriptor.hpp"
#include "runner_usage.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class RunnerDiskTest : public ::testing::Test {
 protected:
  fs::path make(const std::string& name, std::size_t bytes, std::chrono::hours age = 0h) const {
    tests::write(folder_ / name, std::string(bytes, 'x'));
    fs::last_write_time(folder_ / name, fs::file_time_type::clock::now() - age);
    return folder_ / name;
  }

  tests::TemporaryFolder folder_;
};

TEST_F(RunnerDiskTest, folders_count_with_all_that_is_in_them) {
  make("a", 1000);
  fs::create_directory(folder_ / "deep");
  make("deep/b", 200);
  fs::create_symlink("/etc/passwd", folder_ / "link");
  EXPECT_EQ(folder_bytes(folder_.path()), 1200U);
  EXPECT_EQ(folder_bytes(folder_ / "none"), 0U);
  fs::path bottom = folder_.path();
  for (int i = 0; i < 60; ++i) fs::create_directory(bottom /= "d");
  EXPECT_EQ(folder_bytes(folder_.path()), std::numeric_limits<std::uint64_t>::max());
}

TEST_F(RunnerDiskTest, files_without_a_name_count_as_long_as_they_are_open) {
  const std::uint64_t before = nameless_bytes(::getpid());
  base::FileDescriptor file(::open(make("gone", 1'000'000).c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(nameless_bytes(::getpid()), before);
  fs::remove(folder_ / "gone");
  EXPECT_GE(nameless_bytes(::getpid()), before + 1'000'000);
  file = base::FileDescriptor();
  EXPECT_EQ(nameless_bytes(::getpid()), before);
}

TEST_F(RunnerDiskTest, the_oldest_files_go_first_and_what_is_no_file_goes_at_once) {
  make("old", 400, 3h);
  make("new", 400);
  make("middle", 400, 1h);
  fs::create_directories(folder_ / "folder/in/folder");
  tests::TemporaryFolder elsewhere;
  tests::write(elsewhere / "others", "not yours");
  fs::create_directory_symlink(elsewhere.path(), folder_ / "link");
  trim_folder(folder_.path(), 1000);
  EXPECT_FALSE(fs::exists(folder_ / "old"));
  EXPECT_TRUE(fs::exists(folder_ / "middle") && fs::exists(folder_ / "new"));
  EXPECT_FALSE(fs::exists(folder_ / "folder") || fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(tests::read(elsewhere / "others"), "not yours");
  trim_folder(folder_.path(), 1000);
  EXPECT_EQ(folder_bytes(folder_.path()), 800U);
}

TEST_F(RunnerDiskTest, spans_count_from_what_there_was_before) {
  fs::create_directory(folder_ / "work");
  fs::create_directory(folder_ / "spans");
  make("spans/kept", 3000, 1h);
  {
    const RunnerDisk disk(folder_ / "work", folder_ / "spans", 3500);
    EXPECT_FALSE(disk.over(1'000'000, 0));
    make("work/a", 600'000);
    EXPECT_FALSE(disk.over(1'000'000, 0));
    make("spans/b", 500'000);
    EXPECT_TRUE(disk.over(1'000'000, 0));
    fs::remove(folder_ / "spans/b");
    make("spans/c", 1000);
  }
  EXPECT_FALSE(fs::exists(folder_ / "spans/kept"));
  EXPECT_TRUE(fs::exists(folder_ / "spans/c"));
}

}  // namespace
}  // namespace reel::service
