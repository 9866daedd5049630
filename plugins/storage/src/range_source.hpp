/// One version of a remote object, as the readers see it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http.hpp"
#include "reel/storage.hpp"

namespace reel::storage {

using TakeBytes = std::function<void(std::string_view)>;

/// Threads may share it.
class RangeSource {
 public:
  RangeSource() = default;
  RangeSource(const RangeSource&) = delete;
  RangeSource& operator=(const RangeSource&) = delete;
  virtual ~RangeSource() = default;

  virtual const ObjectInfo& info() const = 0;
  /// False: it can only be had from its beginning on, fetch() with offset 0 and its whole size.
  virtual bool has_ranges() const = 0;
  /// Gives the bytes from `offset` on to `take`, `size` of them in all. Once: throws TransientError for what may pass, and then some may have
  /// been given. Throws ExtensionError (CHANGED) where the object is another one now.
  virtual void fetch(std::uint64_t offset, std::uint64_t size, const TakeBytes& take, const Cancelled& cancelled) = 0;
};

/// `bytes=0-99`.
std::string range_header(std::uint64_t offset, std::uint64_t size);
/// What the head of an answer to a ranged request says of the whole object. Empty: not how long it is.
std::optional<ObjectInfo> object_info(const Response& head);
/// Throws ExtensionError unless the answer is that part of that object. `what` is for the message.
void check_range(const Response& head, const ObjectInfo& object, std::uint64_t offset, const std::string& what);
/// Takes the answer to a request for one byte; gives up where all of the object comes.
inline bool one_byte(const Response& head, std::string_view) { return head.status == 206; }

/// Counts what goes through, and throws TransientError where it was less than promised.
class Counted {
 public:
  Counted(std::uint64_t size, const TakeBytes& take) : left_(size), take_(take) {}
  /// False: more comes than was asked for.
  bool operator()(std::string_view bytes);
  void finish(const std::string& what) const;

 private:
  std::uint64_t left_;
  const TakeBytes& take_;
};

}  // namespace reel::storage
