/// A bucket of a service: signs requests for it, finds its region, tries again what may pass, and tells errors.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "address.hpp"
#include "http.hpp"
#include "service.hpp"

namespace reel::storage {

/// A request for an object, or for the bucket where the key is empty.
struct Operation {
  std::string action;  ///< for messages: `read`
  std::string method = "GET";
  std::string key;
  Query query;
  Headers headers;  ///< those that are S3's own are called `x-amz-…`, also for Cloud Storage
  std::string_view body;
  std::function<bool(const Response& head, std::string_view bytes)> on_body;
  std::vector<long> also_good;  ///< further statuses that are an answer and no error
  bool error_in_body = false;   ///< a good status may come with an error in the body
  long stall_seconds = 0;       ///< see Request
};

/// Threads may share it.
class Bucket {
 public:
  Bucket(const reel_host* host, const Address& address);

  const std::string& name() const { return name_; }
  const Service& service() const { return service_; }
  /// Throws ExtensionError. The answer is good, or of one of the statuses that `also_good` names.
  Response send(const Operation& operation, const Cancelled& cancelled);
  /// The same, once: throws TransientError for what may pass.
  Response send_once(const Operation& operation, const Cancelled& cancelled);
  std::string presigned(const std::string& method, const std::string& key, unsigned seconds);
  std::string uri_of(const std::string& key) const { return Address{scheme_, name_, key}.uri(); }

 private:
  Credentials credentials(const Cancelled& cancelled);
  Signable signable(const Operation& operation, const std::string& url) const;
  Headers headers_for(const Operation& operation, const std::string& url, const std::string& body_hash,
                      const Credentials& credentials) const;
  std::string url_of(const std::string& key) const;
  std::string region() const;
  /// Whether the answer names another region than the one that was asked.
  bool learns_region(const Response& response);

  const reel_host* host_;
  std::string scheme_;
  std::string name_;
  Service service_;
  Http http_;
  std::mutex mutex_;
  std::unique_ptr<Credentials> credentials_;
};

}  // namespace reel::storage
