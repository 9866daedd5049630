#include "remote_storage.hpp"

#include <glib.h>

#include "objects.hpp"
#include "part.hpp"
#include "range_reader.hpp"
#include "s3_object.hpp"
#include "stream_reader.hpp"
#include "upload.hpp"
#include "web_object.hpp"

namespace reel::storage {
namespace {

constexpr std::uint32_t longest_presigned = 7 * 24 * 3600;

bool is_web(const std::string& uri) {
  return g_ascii_strncasecmp(uri.c_str(), "http://", 7) == 0 || g_ascii_strncasecmp(uri.c_str(), "https://", 8) == 0;
}

Cancelled by(const Task& task) {
  return [task] { return task.cancelled(); };
}

/// Of a bucket that can be written to and looked after.
Address bucket_address(const std::string& uri, const char* action) {
  if (is_web(uri))
    throw ExtensionError(REEL_ERROR_INVALID,
                         std::string("cannot ") + action + " " + uri + ": http and https are for reading");
  return parse_address(uri);
}

Address object_address(const std::string& uri, const char* action) {
  bucket_address(uri, action);
  return parse_object_address(uri);
}

std::unique_ptr<RangeSource> source_of(const reel_host* host, const std::string& uri, const Cancelled& cancelled) {
  if (is_web(uri)) return std::make_unique<WebObject>(host, uri, cancelled);
  const Address address = parse_object_address(uri);
  return std::make_unique<S3Object>(std::make_shared<Bucket>(host, address), address.key, cancelled);
}

}  // namespace

std::unique_ptr<StorageObject> RemoteStorage::open(const reel_host* host, const std::string& uri, const Task& task) {
  auto source = source_of(host, uri, by(task));
  if (source->has_ranges()) return std::make_unique<RangeReader>(std::move(source));
  return std::make_unique<StreamReader>(std::move(source));
}

std::unique_ptr<StorageUpload> RemoteStorage::create(const reel_host* host, const std::string& uri,
                                                     const WriteOptions& options, const Task&) {
  const Address address = object_address(uri, "write");
  return std::make_unique<Upload>(host, std::make_shared<Bucket>(host, address), address.key, options);
}

void RemoteStorage::list(const reel_host* host, const std::string& prefix, const FoundObject& found, const Task& task) {
  const Address address = bucket_address(prefix, "list");
  Bucket bucket(host, address);
  list_objects(bucket, address.key, found, by(task));
}

void RemoteStorage::remove(const reel_host* host, const std::string& uri, const Task& task) {
  const Address address = object_address(uri, "remove");
  Bucket bucket(host, address);
  remove_object(bucket, address.key, by(task));
}

void RemoteStorage::copy(const reel_host* host, const std::string& from, const std::string& to, const Task& task) {
  const Address source = object_address(from, "copy"), target = object_address(to, "write");
  if (source.scheme != target.scheme)
    throw ExtensionError(REEL_ERROR_INVALID, "cannot copy " + from + " to " + to + ": they are at two services");
  const auto bucket = std::make_shared<Bucket>(host, target);
  const S3Object object(std::make_shared<Bucket>(host, source), source.key, by(task));
  if (bucket->service().google || object.info().size <= largest_part)
    return copy_object(source, *bucket, target.key, object.info().version, by(task));
  WriteOptions options;
  options.content_type = object.info().content_type;
  Upload upload(host, bucket, target.key, options);
  upload.write_range(source.uri(), object.info().version, 0, object.info().size, task);
  upload.commit(task);
}

std::string RemoteStorage::presign(const reel_host* host, const std::string& uri, const std::string& method,
                                   std::uint32_t seconds) {
  if (is_web(uri) && method == "GET") return uri;
  const Address address = object_address(uri, "write");
  if (method != "GET" && method != "PUT")
    throw ExtensionError(REEL_ERROR_INVALID, "an address can be made for GET and PUT, not for " + method);
  if (seconds == 0 || seconds > longest_presigned)
    throw ExtensionError(REEL_ERROR_INVALID, "an address can be good for 1 second to 7 days");
  return Bucket(host, address).presigned(method, address.key, seconds);
}

}  // namespace reel::storage
