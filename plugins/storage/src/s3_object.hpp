/// An object of a bucket, to be read.
#pragma once

#include <memory>
#include <string>

#include "bucket.hpp"
#include "range_source.hpp"

namespace reel::storage {

class S3Object : public RangeSource {
 public:
  /// Asks for its first byte: unlike HEAD, that says why it fails. Throws ExtensionError.
  S3Object(std::shared_ptr<Bucket> bucket, std::string key, const Cancelled& cancelled);

  const ObjectInfo& info() const override { return info_; }
  bool has_ranges() const override { return true; }
  void fetch(std::uint64_t offset, std::uint64_t size, const TakeBytes& take, const Cancelled& cancelled) override;

 private:
  std::shared_ptr<Bucket> bucket_;
  std::string key_;
  ObjectInfo info_;
};

/// Of an object, by HEAD; empty: there is none. Throws ExtensionError.
std::optional<ObjectInfo> head_object(Bucket& bucket, const std::string& key, const Cancelled& cancelled);

}  // namespace reel::storage
