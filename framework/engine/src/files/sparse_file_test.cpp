#include "files/sparse_file.hpp"

extern "C" {
#include <libavutil/error.h>
}

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>

namespace reel::engine {
namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put(const av::SparseFile& file, const std::string& bytes) {
  avio_write(file.io(), reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
}

TEST(SparseFile, holds_what_was_written_and_takes_no_room_for_zeros) {
  const std::string path = ::testing::TempDir() + "/sparse";
  std::ofstream(path) << "of before";
  const std::string zeros(8U << 20U, '\0');
  {
    av::SparseFile file(path);
    put(file, "front" + zeros + "middle" + zeros);
    avio_seek(file.io(), 2, SEEK_SET);
    put(file, std::string("\0O", 2));  // zeros over what was written are written
    EXPECT_EQ(file.finish(), 0);
  }
  EXPECT_TRUE(bytes_of(path) == std::string("fr\0Ot", 5) + zeros + "middle" + zeros);
  struct stat state {};
  ASSERT_EQ(::stat(path.c_str(), &state), 0);
  EXPECT_LT(state.st_blocks * 512, 2 << 20);
}

TEST(SparseFile, says_that_a_disk_is_full) {
  av::SparseFile file("/dev/full");
  put(file, "something");
  EXPECT_EQ(file.finish(), AVERROR(ENOSPC));
}

}  // namespace
}  // namespace reel::engine
