#include "artifacts.hpp"

#include "media_fixture.hpp"

namespace reel::engine {
namespace {

class Pending : public MediaTest {};

TEST_F(Pending, PublishesAllAndReplacesOldTargets) {
  PendingFiles files;
  files.add("a", write("a.part", "new a"), path("a"));
  write("b", "old b");
  files.add("b", write("b.part", "new b"), path("b"));
  const auto artifacts = files.publish();
  ASSERT_EQ(artifacts.size(), 2U);
  EXPECT_EQ(artifacts[1].uri, path("b"));
  EXPECT_EQ(artifacts[1].bytes, 5U);
  EXPECT_EQ(read(path("a")), "new a");
  EXPECT_EQ(read(path("b")), "new b");
  EXPECT_FALSE(std::filesystem::exists(path("b.part")));
}

TEST_F(Pending, PutsBackWhatItRenamedIfOneFails) {
  write("a", "old a");
  {
    PendingFiles files;
    files.add("a", write("a.part", "new a"), path("a"));
    files.add("b", write("b.part", "new b"), path("b"));
    files.add("c", write("c.part", "new c"), path("gone/c"));
    EXPECT_THROW(files.publish(), base::RunError);
  }
  EXPECT_EQ(read(path("a")), "old a");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder()), {}), 1) << "only the old file is left";
}

TEST_F(Pending, RemovesWhatWasNotPublished) {
  const auto temporary = write("a.part", "new a");
  { PendingFiles().add("a", temporary, path("a")); }
  EXPECT_FALSE(std::filesystem::exists(temporary));
}

}  // namespace
}  // namespace reel::engine
