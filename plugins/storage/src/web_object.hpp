/// A file on a web server, to be read.
#pragma once

#include <mutex>
#include <string>

#include "range_source.hpp"

namespace reel::storage {

class WebObject : public RangeSource {
 public:
  /// Throws ExtensionError.
  WebObject(const reel_host* host, const std::string& url, const Cancelled& cancelled);

  const ObjectInfo& info() const override { return info_; }
  bool has_ranges() const override { return ranges_; }
  void fetch(std::uint64_t offset, std::uint64_t size, const TakeBytes& take, const Cancelled& cancelled) override;

 private:
  /// Follows redirects. Throws TransientError for what may pass.
  Response ask(Request request, const Cancelled& cancelled);
  std::string current_url();

  Http http_;
  const std::string url_;
  std::mutex mutex_;
  std::string current_;  ///< where redirects led to
  ObjectInfo info_;
  bool ranges_ = false;
};

}  // namespace reel::storage
