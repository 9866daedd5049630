#include "s3_object.hpp"

namespace reel::storage {

std::optional<ObjectInfo> head_object(Bucket& bucket, const std::string& key, const Cancelled& cancelled) {
  const Response head = bucket.send({.action = "read", .method = "HEAD", .key = key, .also_good = {404}}, cancelled);
  return head.status == 404 ? std::nullopt : object_info(head);
}

S3Object::S3Object(std::shared_ptr<Bucket> bucket, std::string key, const Cancelled& cancelled)
    : bucket_(std::move(bucket)), key_(std::move(key)) {
  const Response head = bucket_->send({.action = "read",
                                       .key = key_,
                                       .headers = {{"range", range_header(0, 1)}},
                                       .on_body = one_byte,
                                       .also_good = {416}},
                                      cancelled);
  // An object of no bytes has no first one.
  const auto info = head.status == 416 ? head_object(*bucket_, key_, cancelled) : object_info(head);
  if (!info)
    throw ExtensionError(REEL_ERROR_FAILED,
                         "cannot read " + bucket_->uri_of(key_) + ": the service does not say how long it is");
  info_ = *info;
}

void S3Object::fetch(std::uint64_t offset, std::uint64_t size, const TakeBytes& take, const Cancelled& cancelled) {
  const std::string what = bucket_->uri_of(key_);
  Counted counted(size, take);
  Operation get{.action = "read", .key = key_, .headers = {{"range", range_header(offset, size)}}};
  if (!info_.version.empty()) get.headers["if-match"] = info_.version;
  get.on_body = [&, checked = false](const Response& head, std::string_view bytes) mutable {
    if (!checked) check_range(head, info_, offset, what);
    checked = true;
    return counted(bytes);
  };
  bucket_->send_once(get, cancelled);
  counted.finish(what);
}

}  // namespace reel::storage
