#include "reel/storage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>

namespace reel {
namespace {

std::map<std::string, std::string>& shelf() {
  static std::map<std::string, std::string> instance;
  return instance;
}

class Book : public StorageObject {
 public:
  explicit Book(std::string text) : text_(std::move(text)) {
    info_.size = text_.size();
    info_.version = "1";
  }
  const ObjectInfo& info() const override { return info_; }
  std::size_t read(std::uint64_t offset, std::span<std::byte> bytes, const Task& task) override {
    task.check();
    const std::string part = text_.substr(std::min<std::size_t>(offset, text_.size()), bytes.size());
    std::memcpy(bytes.data(), part.data(), part.size());
    return part.size();
  }

 private:
  std::string text_;
  ObjectInfo info_;
};

class Draft : public StorageUpload {
 public:
  explicit Draft(std::string uri) : uri_(std::move(uri)) {}
  void write(std::span<const std::byte> bytes, const Task&) override {
    text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void write_range(const std::string&, const std::string&, std::uint64_t, std::uint64_t, const Task&) override {
    throw ExtensionError(REEL_ERROR_INVALID, "no ranges here");
  }
  void commit(const Task&) override { shelf()[uri_] = text_; }

 private:
  std::string uri_, text_;
};

struct Shelf : Storage<Shelf> {
  static constexpr const char* schemes[] = {"shelf", nullptr};
  static std::unique_ptr<StorageObject> open(const reel_host*, const std::string& uri, const Task&) {
    if (uri == "shelf:fire") throw std::runtime_error("it burns");
    if (uri == "shelf:number") throw 1;
    if (!shelf().contains(uri)) throw ExtensionError(REEL_ERROR_NOT_FOUND, "no " + uri);
    return std::make_unique<Book>(shelf().at(uri));
  }
  static std::unique_ptr<StorageUpload> create(const reel_host*, const std::string& uri, const WriteOptions& options,
                                               const Task&) {
    EXPECT_EQ(options.content_type, "text/plain");
    EXPECT_EQ(options.metadata.size(), 1U);
    return std::make_unique<Draft>(uri);
  }
};

const reel_storage& table() { return *static_cast<const reel_storage*>(Shelf::table()); }

std::string fault(const char* uri, reel_error code) {
  GError* error = nullptr;
  EXPECT_EQ(table().open(nullptr, uri, nullptr, &error), nullptr);
  EXPECT_TRUE(g_error_matches(error, REEL_ERROR, code));
  const std::string message = error->message;
  g_error_free(error);
  return message;
}

TEST(Storage, is_a_table_of_what_the_class_has) {
  EXPECT_STREQ(Shelf::extension_id, "reel.storage/1");
  EXPECT_STREQ(table().schemes[0], "shelf");
  EXPECT_NE(table().create, nullptr);
  EXPECT_EQ(table().list, nullptr);
  EXPECT_EQ(table().presign, nullptr);
}

TEST(Storage, writes_and_reads) {
  const char* const metadata[] = {"by", "us", nullptr};
  const reel_write_options options{"text/plain", nullptr, nullptr, metadata};
  reel_upload* const upload = table().create(nullptr, "shelf:a", &options, nullptr, nullptr);
  EXPECT_TRUE(table().write(upload, "hello", 5, nullptr, nullptr));
  GError* error = nullptr;
  EXPECT_FALSE(table().write_range(upload, "shelf:b", nullptr, 0, 1, nullptr, &error));
  EXPECT_TRUE(g_error_matches(error, REEL_ERROR, REEL_ERROR_INVALID));
  g_clear_error(&error);
  EXPECT_TRUE(table().commit(upload, nullptr, nullptr));
  table().release_upload(upload);
  reel_object* const object = table().open(nullptr, "shelf:a", nullptr, nullptr);
  EXPECT_EQ(table().info(object)->size, 5U);
  EXPECT_STREQ(table().info(object)->version, "1");
  EXPECT_EQ(table().info(object)->content_type, nullptr);
  EXPECT_EQ(table().info(object)->modified, -1);
  char bytes[10];
  EXPECT_EQ(table().read(object, 2, bytes, sizeof bytes, nullptr, nullptr), 3);
  EXPECT_EQ(std::string(bytes, 3), "llo");
  const reel_task cancelled{nullptr, [](const reel_task*) -> gboolean { return TRUE; }, nullptr};
  EXPECT_EQ(table().read(object, 0, bytes, 1, &cancelled, &error), -1);
  EXPECT_TRUE(g_error_matches(error, REEL_ERROR, REEL_ERROR_CANCELLED));
  g_clear_error(&error);
  table().close(object);
}

TEST(Storage, lets_no_exception_out) {
  EXPECT_EQ(fault("shelf:none", REEL_ERROR_NOT_FOUND), "no shelf:none");
  EXPECT_EQ(fault("shelf:fire", REEL_ERROR_FAILED), "it burns");
  EXPECT_NE(fault("shelf:number", REEL_ERROR_FAILED), "");
}

}  // namespace
}  // namespace reel
