/// Writes an object: in one request where it is small, else in parts, several at once. Nobody sees any of it before commit().
#pragma once

#include <atomic>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bucket.hpp"
#include "part.hpp"
#include "reel/storage.hpp"

namespace reel::storage {

class Upload : public StorageUpload {
 public:
  Upload(const reel_host* host, std::shared_ptr<Bucket> bucket, std::string key, const WriteOptions& options);
  ~Upload() override;

  void write(std::span<const std::byte> bytes, const Task& task) override;
  void write_range(const std::string& uri, const std::string& version, std::uint64_t offset, std::uint64_t size,
                   const Task& task) override;
  void commit(const Task& task) override;

 private:
  void begin(const Task& task);
  void send_part(const Task& task);
  void copy_part(const Address& source, const std::string& version, std::uint64_t offset, std::uint64_t size,
                 const Task& task);
  Response send_copy(Operation put, const Address& source, const std::string& version, const Cancelled& stopped) const;
  void launch(std::size_t in_flight, std::function<Part()> work, const Task& task);
  /// Waits until at most so many are under way.
  void wait(std::size_t most, const Task& task);
  int next_number();
  void put_whole(const Task& task);
  void complete(const Task& task);
  void check_sources(const Task& task) const;
  bool is_there(const Cancelled& cancelled) const;
  std::string expected_tag() const;
  void abort() noexcept;

  const reel_host* host_;
  std::shared_ptr<Bucket> bucket_;
  std::string key_;
  Headers headers_;  ///< of the object: type, metadata, …
  std::string id_;   ///< of the upload in parts; empty: not begun
  std::string buffer_;
  std::uint64_t written_ = 0;
  int numbers_ = 0;
  std::vector<Part> parts_;
  std::map<std::string, std::string> sources_;  ///< what was copied from, and which version
  std::atomic<bool> stopped_ = false;
  bool whole_ = true;  ///< false after a call that failed: bytes may be missing
  bool committed_ = false;
  std::deque<std::future<Part>> under_way_;  ///< the last member: what runs uses the others
};

}  // namespace reel::storage
