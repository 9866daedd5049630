/// Looking after the objects of a bucket.
#pragma once

#include <string>

#include "bucket.hpp"
#include "reel/storage.hpp"

namespace reel::storage {

/// All throw ExtensionError.
void list_objects(Bucket& bucket, const std::string& prefix, const FoundObject& found, const Cancelled& cancelled);
void remove_object(Bucket& bucket, const std::string& key, const Cancelled& cancelled);
/// At most 5 GiB, the most that S3 copies in one request.
void copy_object(const Address& from, Bucket& to, const std::string& key, const std::string& version,
                 const Cancelled& cancelled);

}  // namespace reel::storage
