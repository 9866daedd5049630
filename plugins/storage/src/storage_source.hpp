/// The element reel-storagesrc: gives the bytes of an object, seekable.
#pragma once

#include <gst/base/gstbasesrc.h>

#include <memory>

#include "element_task.hpp"
#include "reel/sdk.hpp"
#include "reel/storage.hpp"

namespace reel::storage {

class StorageSource {
 public:
  static constexpr StageInfo stage{.name = "reel-storagesrc",
                                   .title = "Storage source",
                                   .summary = "Reads an object of S3, Cloud Storage or a web server",
                                   .during = false};
  struct Params {
    std::string location;
  };
  static constexpr auto params = reel::params(reel::param("location", &Params::location, "Address: s3://bucket/key"));

  static bool register_stage(GstPlugin* plugin);

 private:
  using Base = detail::Class<GstBaseSrc, StorageSource>;
  static void init_class(gpointer klass);
  static gboolean start(GstBaseSrc* element);
  static GstFlowReturn fill(GstBaseSrc* element, guint64 offset, guint size, GstBuffer* buffer);

  std::unique_ptr<StorageObject> object_;
  ElementTask task_;
};

}  // namespace reel::storage
