#include "upload_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace reel::http {
namespace {

namespace fs = std::filesystem;

class UploadFileTest : public ::testing::Test {
 protected:
  ~UploadFileTest() override { fs::remove(path_); }
  fs::path path_ = fs::temp_directory_path() / ("reel-upload-" + std::to_string(::getpid()));
};

TEST_F(UploadFileTest, goes_on_where_it_was) {
  EXPECT_EQ(kept_size(path_), std::nullopt);
  UploadFile::lock(path_)->append("first ");
  EXPECT_EQ(kept_size(path_), 6);
  auto file = UploadFile::lock(path_);
  EXPECT_EQ(file->size(), 6);
  file->append("second");
  file->sync();
  EXPECT_EQ(file->size(), 12);
  std::ostringstream text;
  text << std::ifstream(path_).rdbuf();
  EXPECT_EQ(text.str(), "first second");
}

TEST_F(UploadFileTest, has_one_writer) {
  auto first = UploadFile::lock(path_);
  EXPECT_FALSE(UploadFile::lock(path_).has_value());
  first.reset();
  EXPECT_TRUE(UploadFile::lock(path_).has_value());
}

}  // namespace
}  // namespace reel::http
