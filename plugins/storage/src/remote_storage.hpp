/// The extension: `s3://`, `gs://`, and for reading `http://` and `https://`.
#pragma once

#include "reel/storage.hpp"

namespace reel::storage {

struct RemoteStorage : Storage<RemoteStorage> {
  static constexpr const char* schemes[] = {"s3", "gs", "http", "https", nullptr};

  static std::unique_ptr<StorageObject> open(const reel_host* host, const std::string& uri, const Task& task);
  static std::unique_ptr<StorageUpload> create(const reel_host* host, const std::string& uri,
                                               const WriteOptions& options, const Task& task);
  static void list(const reel_host* host, const std::string& prefix, const FoundObject& found, const Task& task);
  static void remove(const reel_host* host, const std::string& uri, const Task& task);
  static void copy(const reel_host* host, const std::string& from, const std::string& to, const Task& task);
  static std::string presign(const reel_host* host, const std::string& uri, const std::string& method,
                             std::uint32_t seconds);
};

}  // namespace reel::storage
