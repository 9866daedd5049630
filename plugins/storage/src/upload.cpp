#include "upload.hpp"

#include <algorithm>

#include "digest.hpp"
#include "reel/stage.hpp"
#include "s3_object.hpp"
#include "xml.hpp"

namespace reel::storage {
namespace {

/// A service may take its time to put the parts together, and S3 sends spaces meanwhile.
constexpr long patience_for_completion = 600;

/// `"0123…"` → the digits, where the tag is an MD5; empty where it is something else, as with SSE-KMS.
std::string md5_of_tag(std::string tag) {
  std::erase(tag, '"');
  return tag.size() == 32 && !from_hex(tag).empty() ? tag : std::string();
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Headers object_headers(const WriteOptions& options) {
  Headers headers;
  if (!options.content_type.empty()) headers["content-type"] = options.content_type;
  if (!options.storage_class.empty()) headers["x-amz-storage-class"] = options.storage_class;
  for (const auto& [name, value] : options.metadata) headers["x-amz-meta-" + lower(name)] = value;
  const std::string& kind = options.encryption;
  if (kind.empty()) return headers;
  const bool key = kind.starts_with("aws:kms:") && kind != "aws:kms:dsse";
  headers["x-amz-server-side-encryption"] = key ? "aws:kms" : kind;
  if (key) headers["x-amz-server-side-encryption-aws-kms-key-id"] = kind.substr(8);
  return headers;
}

/// Throws where a digest of what arrived is known and another one than ours.
void check_digest(const std::string& tag, const std::string& ours, const std::string& uri) {
  const std::string theirs = md5_of_tag(tag);
  if (!theirs.empty() && theirs != hex(ours))
    throw TransientError("cannot write " + uri + ": the bytes were damaged on their way");
}

[[noreturn]] void throw_changed(const std::string& uri) {
  throw ExtensionError(REEL_ERROR_CHANGED, "cannot copy from " + uri + ": it has changed since it was opened");
}

Cancelled by(const Task& task) {
  return [&task] { return task.cancelled(); };
}

}  // namespace

Upload::Upload(const reel_host* host, std::shared_ptr<Bucket> bucket, std::string key, const WriteOptions& options)
    : host_(host), bucket_(std::move(bucket)), key_(std::move(key)), headers_(object_headers(options)) {}

Upload::~Upload() {
  stopped_ = true;
  under_way_.clear();  // waits for them
  if (!committed_ && !id_.empty()) abort();
}

void Upload::write(std::span<const std::byte> bytes, const Task& task) {
  whole_ = false;
  while (!bytes.empty()) {
    const std::uint64_t limit = part_size(numbers_ + 1);
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(limit - buffer_.size(), bytes.size()));
    if (buffer_.empty() && numbers_ > 0) buffer_.reserve(static_cast<std::size_t>(limit));
    buffer_.append(reinterpret_cast<const char*>(bytes.data()), size);
    written_ += size;
    bytes = bytes.subspan(size);
    if (buffer_.size() == limit) send_part(task);
  }
  whole_ = true;
}

int Upload::next_number() {
  if (numbers_ == most_parts)
    throw ExtensionError(REEL_ERROR_LIMIT, "cannot write " + bucket_->uri_of(key_) + ": it is too large");
  return ++numbers_;
}

void Upload::begin(const Task& task) {
  if (!id_.empty()) return;
  const Response response = bucket_->send(
      {.action = "write", .method = "POST", .key = key_, .query = {{"uploads", ""}}, .headers = headers_}, by(task));
  id_ = parse_xml_or_nothing(response.body)["UploadId"];
  if (id_.empty())
    throw ExtensionError(REEL_ERROR_FAILED, "cannot write " + bucket_->uri_of(key_) + ": the service began no upload");
}

void Upload::launch(std::size_t in_flight, std::function<Part()> work, const Task& task) {
  wait(in_flight - 1, task);
  under_way_.push_back(std::async(std::launch::async, std::move(work)));
}

void Upload::wait(std::size_t most, const Task& task) {
  while (under_way_.size() > most) {
    task.check();
    if (under_way_.front().wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) continue;
    std::future<Part> done = std::move(under_way_.front());
    under_way_.pop_front();
    parts_.push_back(done.get());
  }
}

void Upload::send_part(const Task& task) {
  begin(task);
  const std::size_t in_flight = parts_in_flight(buffer_.size());
  auto bytes = std::make_shared<std::string>(std::exchange(buffer_, {}));
  const auto send = [this, bytes = std::move(bytes), number = next_number()]() -> Part {
    const Cancelled stopped = [this] { return stopped_.load(); };
    const std::string digest = md5(*bytes);
    const Operation put{.action = "write",
                        .method = "PUT",
                        .key = key_,
                        .query = {{"partNumber", std::to_string(number)}, {"uploadId", id_}},
                        .headers = {{"content-md5", base64(digest)}},
                        .body = *bytes};
    return retried(stopped, [&] {
      const std::string tag = bucket_->send_once(put, stopped).header("etag");
      check_digest(tag, digest, bucket_->uri_of(key_));
      return Part{number, tag};
    });
  };
  launch(in_flight, send, task);
}

void Upload::copy_part(const Address& source, const std::string& version, std::uint64_t offset, std::uint64_t size,
                       const Task& task) {
  begin(task);
  const auto copy = [=, this, number = next_number()]() -> Part {
    const Cancelled stopped = [this] { return stopped_.load(); };
    const std::string path = "/" + source.bucket + "/" + percent_encoded(source.key, "/");
    Operation put{.action = "copy from " + path + " to",
                  .method = "PUT",
                  .key = key_,
                  .query = {{"partNumber", std::to_string(number)}, {"uploadId", id_}},
                  .headers = {{"x-amz-copy-source", path}, {"x-amz-copy-source-range", range_header(offset, size)}},
                  .error_in_body = true,
                  .stall_seconds = patience_for_completion};
    const std::string tag = parse_xml_or_nothing(send_copy(put, source, version, stopped).body)["ETag"];
    if (tag.empty())
      throw ExtensionError(REEL_ERROR_FAILED,
                           "cannot copy from " + path + ": the service does not tell the tag of the copy");
    return {number, tag};
  };
  launch(4, copy, task);
}

/// Swift takes the tag of an object that came in parts for a wrong one here, and nowhere else. So where the service says that the source is
/// another one, it is asked itself, before the copy and after it.
Response Upload::send_copy(Operation put, const Address& source, const std::string& version,
                           const Cancelled& stopped) const {
  if (version.empty()) return bucket_->send(put, stopped);
  put.headers["x-amz-copy-source-if-match"] = version;
  try {
    return bucket_->send(put, stopped);
  } catch (const ExtensionError& error) {
    Bucket there(host_, source);
    const auto same = [&] {
      const auto now = head_object(there, source.key, stopped);
      return now && now->version == version;
    };
    if (error.code() != REEL_ERROR_CHANGED || !same()) throw;
    put.headers.erase("x-amz-copy-source-if-match");
    Response response = bucket_->send(put, stopped);
    if (!same()) throw;
    return response;
  }
}

/// Too little for a part goes through here: what is still in the buffer is filled up from the source.
void Upload::write_range(const std::string& uri, const std::string& version, std::uint64_t offset, std::uint64_t size,
                         const Task& task) {
  static constexpr std::uint64_t largest_copy = 1024 * mebibyte;
  const Address source = parse_object_address(uri);
  const std::uint64_t missing = buffer_.empty() || buffer_.size() >= smallest_part ? 0 : smallest_part - buffer_.size();
  if (source.scheme != "s3" || bucket_->service().google || size < missing + smallest_part)
    throw ExtensionError(REEL_ERROR_INVALID, "the service cannot copy that part of '" + uri + "' by itself");
  whole_ = false;
  if (missing > 0) {
    S3Object object(std::make_shared<Bucket>(host_, source), source.key, by(task));
    if (!version.empty() && object.info().version != version) throw_changed(uri);
    const std::size_t before = buffer_.size();
    const TakeBytes take = [&](std::string_view bytes) { buffer_ += bytes; };
    retried(by(task), [&] {
      buffer_.resize(before);
      object.fetch(offset, missing, take, by(task));
    });
  }
  if (!buffer_.empty()) send_part(task);
  const std::uint64_t rest = size - missing, copies = (rest + largest_copy - 1) / largest_copy;
  for (std::uint64_t i = 0; i < copies; ++i) {
    const std::uint64_t from = rest * i / copies, end = rest * (i + 1) / copies;
    copy_part(source, version, offset + missing + from, end - from, task);
  }
  if (!version.empty()) sources_[source.uri()] = version;
  written_ += size;
  whole_ = true;
}

/// Ceph copies parts of what has changed as well, whatever the request says.
void Upload::check_sources(const Task& task) const {
  for (const auto& [uri, version] : sources_) {
    const Address source = parse_object_address(uri);
    Bucket bucket(host_, source);
    const auto info = head_object(bucket, source.key, by(task));
    if (!info || info->version != version) throw_changed(uri);
  }
}

void Upload::commit(const Task& task) {
  if (!whole_)
    throw ExtensionError(REEL_ERROR_FAILED, "cannot write " + bucket_->uri_of(key_) + ": not all of it was sent");
  if (id_.empty()) {
    put_whole(task);
  } else {
    if (!buffer_.empty()) send_part(task);
    wait(0, task);
    check_sources(task);
    complete(task);
  }
  committed_ = true;
}

void Upload::put_whole(const Task& task) {
  Operation put{.action = "write", .method = "PUT", .key = key_, .headers = headers_, .body = buffer_};
  const std::string digest = md5(buffer_);
  put.headers["content-md5"] = base64(digest);
  retried(by(task),
          [&] { check_digest(bucket_->send_once(put, by(task)).header("etag"), digest, bucket_->uri_of(key_)); });
}

void Upload::complete(const Task& task) {
  std::sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) { return a.number < b.number; });
  std::string xml = "<CompleteMultipartUpload>";
  for (const Part& part : parts_)
    xml += "<Part><PartNumber>" + std::to_string(part.number) + "</PartNumber><ETag>" + xml_escaped(part.tag) +
           "</ETag></Part>";
  xml += "</CompleteMultipartUpload>";
  const Operation post{.action = "write",
                       .method = "POST",
                       .key = key_,
                       .query = {{"uploadId", id_}},
                       .headers = {{"content-type", "application/xml"}},
                       .body = xml,
                       .error_in_body = true,
                       .stall_seconds = patience_for_completion};
  try {
    bucket_->send(post, by(task));
  } catch (const ExtensionError& error) {
    // The answer to an earlier attempt may have been lost: then the upload is gone, and the object there.
    if (error.code() != REEL_ERROR_NOT_FOUND && error.code() != REEL_ERROR_BUSY) throw;
    if (!is_there(by(task))) throw;
  }
}

bool Upload::is_there(const Cancelled& cancelled) const {
  const auto info = head_object(*bucket_, key_, cancelled);
  if (!info || info->size != written_) return false;
  std::string tag = info->version;
  std::erase(tag, '"');
  return tag == expected_tag();
}

/// S3's tag of an object in parts: the digest of the parts' digests, and how many there are.
std::string Upload::expected_tag() const {
  std::string digests;
  for (const Part& part : parts_) digests += from_hex(md5_of_tag(part.tag));
  return hex(md5(digests)) + "-" + std::to_string(parts_.size());
}

void Upload::abort() noexcept {
  try {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    bucket_->send(
        {.action = "give up", .method = "DELETE", .key = key_, .query = {{"uploadId", id_}}, .also_good = {404}},
        [end] { return std::chrono::steady_clock::now() > end; });
  } catch (const std::exception& e) {
    log(LogLevel::warning, "parts of an upload that was given up may be left at the service: " + std::string(e.what()));
  }
}

}  // namespace reel::storage
