/// Files that plugins reach under URI schemes of their own: the extension `reel.storage/1` as C++. A catalogue has to be there.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "reel/base/stop.hpp"

namespace reel::catalog {

/// Lower case, without `://`.
bool has_storage(std::string_view scheme);
bool can_store(std::string_view scheme);
/// Whether what is written there may take over parts of other files of the same scheme without their coming here.
bool can_store_ranges(std::string_view scheme);
/// Whether there is a file at that address. Throws as StoredObject, but for one that is not there.
bool is_stored(const std::string& uri);
/// An address by which anyone may read the file for so long. Throws as StoredObject; base::InputError where its storage gives none.
std::string shared_address(const std::string& uri, std::chrono::seconds time);
/// That there is none is no error. Throws as StoredObject.
void remove_stored(const std::string& uri);

/// A file elsewhere, as it was when it was opened. Any thread; one at a time reads.
///
/// All functions throw base::InputError where the address or what lies there is at fault, base::TransientError where asking later may do
/// better, base::RunError for all else.
class StoredObject {
 public:
  explicit StoredObject(const std::string& uri);
  ~StoredObject();
  StoredObject(const StoredObject&) = delete;
  StoredObject& operator=(const StoredObject&) = delete;

  std::uint64_t bytes() const { return bytes_; }
  /// Changes with what is in it; empty: the storage does not say.
  const std::string& version() const { return version_; }
  /// Fewer bytes than asked for only at the end.
  std::size_t read(std::uint64_t offset, std::span<std::uint8_t> into);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::uint64_t bytes_ = 0;
  std::string version_;
};

/// A file on its way elsewhere. Nobody sees any of it before commit(); without that, nothing of it stays. Throws as StoredObject.
class StoredUpload {
 public:
  explicit StoredUpload(const std::string& uri, base::StopFlag stop = nullptr);
  ~StoredUpload();
  StoredUpload(StoredUpload&&) noexcept;
  StoredUpload& operator=(StoredUpload&&) noexcept;

  void write(std::span<const std::uint8_t> bytes);
  /// The next bytes are `bytes` of another file of this version, from `offset` on; they do not come here. False: that cannot be done with
  /// these, and nothing was written.
  bool write_range(const std::string& uri, const std::string& version, std::uint64_t offset, std::uint64_t bytes);
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reel::catalog
