/// The element reel-storagesink: writes what comes to an object, which appears at the end of the stream, whole.
#pragma once

#include <gst/base/gstbasesink.h>

#include <memory>

#include "element_task.hpp"
#include "reel/sdk.hpp"
#include "reel/storage.hpp"

namespace reel::storage {

class StorageSink {
 public:
  static constexpr StageInfo stage{.name = "reel-storagesink",
                                   .title = "Storage sink",
                                   .summary = "Writes an object of S3 or Cloud Storage",
                                   .during = false};
  struct Params {
    std::string location;
    std::string content_type;
    std::string storage_class;
    std::string encryption;
  };
  static constexpr auto params = reel::params(
      reel::param("location", &Params::location, "Address: s3://bucket/key"),
      reel::param("content-type", &Params::content_type, "What it is: video/mp4"),
      reel::param("storage-class", &Params::storage_class, "In the service's words: STANDARD_IA"),
      reel::param("encryption", &Params::encryption, "In the service's words: AES256, aws:kms, aws:kms:KEY"));

  static bool register_stage(GstPlugin* plugin);

 private:
  using Base = detail::Class<GstBaseSink, StorageSink>;
  static void init_class(gpointer klass);
  static gboolean start(GstBaseSink* element);
  static GstFlowReturn render(GstBaseSink* element, GstBuffer* buffer);
  static gboolean event(GstBaseSink* element, GstEvent* event);
  void segment(GstEvent* event) const;

  std::unique_ptr<StorageUpload> upload_;
  std::uint64_t written_ = 0;
  ElementTask task_;
};

}  // namespace reel::storage
