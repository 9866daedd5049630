#include "bucket.hpp"

#include <algorithm>
#include <map>

#include "digest.hpp"
#include "service_error.hpp"
#include "xml.hpp"

namespace reel::storage {
namespace {

constexpr int most_redirects = 5;

/// The regions that buckets turned out to be in, for the whole process.
class Regions {
 public:
  static Regions& known() {
    static Regions instance;
    return instance;
  }
  std::string of(const std::string& bucket, const std::string& otherwise) {
    const std::scoped_lock lock(mutex_);
    const auto at = regions_.find(bucket);
    return at != regions_.end() ? at->second : otherwise;
  }
  void set(const std::string& bucket, const std::string& region) {
    const std::scoped_lock lock(mutex_);
    regions_[bucket] = region;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> regions_;
};

std::string path_of(const std::string& url) { return url.substr(url.find('/', url.find("://") + 3)); }

bool is_region(const std::string& text) {
  return !text.empty() && text.size() < 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// By Cloud Storage's own names.
Headers google_headers(const Headers& headers) {
  Headers renamed;
  for (const auto& [name, value] : headers)
    renamed[name.starts_with("x-amz-") ? "x-goog-" + name.substr(6) : name] = value;
  return renamed;
}

}  // namespace

Bucket::Bucket(const reel_host* host, const Address& address)
    : host_(host), scheme_(address.scheme), name_(address.bucket), service_(configured_service(scheme_)), http_(host) {}

Credentials Bucket::credentials(const Cancelled& cancelled) {
  const std::scoped_lock lock(mutex_);
  if (!credentials_ || credentials_->runs_out(std::time(nullptr)))
    credentials_ = std::make_unique<Credentials>(service_.credentials(host_, cancelled));
  return *credentials_;
}

std::string Bucket::region() const { return Regions::known().of(service_.endpoint + " " + name_, service_.region); }

std::string Bucket::url_of(const std::string& key) const {
  return service_.bucket_url(name_, region()) + percent_encoded(key, "/");
}

bool Bucket::learns_region(const Response& response) {
  const XmlElement error = parse_xml_or_nothing(response.body);
  std::string said = response.header("x-amz-bucket-region");
  if (said.empty() && error["Code"] == "AuthorizationHeaderMalformed") said = error["Region"];
  if (!is_region(said) || said == region()) return false;
  Regions::known().set(service_.endpoint + " " + name_, said);
  return true;
}

Signable Bucket::signable(const Operation& operation, const std::string& url) const {
  return {.method = operation.method,
          .host = host_of(url),
          .path = path_of(url),
          .query = operation.query,
          .headers = operation.headers,
          .body_hash = {}};
}

Headers Bucket::headers_for(const Operation& operation, const std::string& url, const std::string& body_hash,
                            const Credentials& credentials) const {
  if (credentials.anonymous()) return operation.headers;
  if (!credentials.bearer.empty()) {
    Headers headers = google_headers(operation.headers);
    headers["authorization"] = "Bearer " + credentials.bearer;
    return headers;
  }
  Signable request = signable(operation, url);
  request.body_hash = body_hash;
  const Signer signer{.access_key = credentials.access_key,
                      .secret_key = credentials.secret_key,
                      .session_token = credentials.session_token,
                      .region = region(),
                      .now = std::time(nullptr)};
  return signer.signed_headers(std::move(request));
}

Response Bucket::send(const Operation& operation, const Cancelled& cancelled) {
  return retried(cancelled, [&] { return send_once(operation, cancelled); });
}

Response Bucket::send_once(const Operation& operation, const Cancelled& cancelled) {
  const std::string body_hash = hex(sha256(operation.body));
  std::string url = url_of(operation.key);
  for (int redirects = 0;; ++redirects) {
    const Credentials who = credentials(cancelled);
    const std::string query = canonical_query(operation.query);
    Response response = http_.send({.method = operation.method,
                                    .url = url + (query.empty() ? "" : "?" + query),
                                    .headers = headers_for(operation, url, body_hash, who),
                                    .body = operation.body,
                                    .on_body = operation.on_body,
                                    .stall_seconds = operation.stall_seconds},
                                   cancelled);
    const auto& good = operation.also_good;
    const bool failed_late = operation.error_in_body && parse_xml_or_nothing(response.body).name == "Error";
    if ((response.good() && !failed_late) || std::find(good.begin(), good.end(), response.status) != good.end())
      return response;
    if (redirects < most_redirects && !response.good() && learns_region(response)) {
      url = url_of(operation.key);
      continue;
    }
    // A bucket that is new is elsewhere for a while. A signature is of no use to whoever is there, a token would be.
    if (const std::string to = response.header("location");
        redirects < most_redirects && response.status == 307 && !to.empty() && who.bearer.empty()) {
      url = resolved(url, to);
      url = url.substr(0, url.find('?'));
      continue;
    }
    const std::string what = operation.key.empty() ? scheme_ + "://" + name_ : uri_of(operation.key);
    throw_refusal({operation.action, what, service_.name + " at " + host_of(url), who.from}, response);
  }
}

std::string Bucket::presigned(const std::string& method, const std::string& key, unsigned seconds) {
  const Credentials who = credentials([] { return false; });
  if (who.access_key.empty())
    throw ExtensionError(REEL_ERROR_DENIED, "cannot make an address for " + uri_of(key) +
                                                ": that takes an access key and its secret key, and none were found");
  const std::string url = url_of(key);
  const Signer signer{.access_key = who.access_key,
                      .secret_key = who.secret_key,
                      .session_token = who.session_token,
                      .region = region(),
                      .now = std::time(nullptr)};
  return url + "?" + signer.signed_query(signable({.action = {}, .method = method, .key = key}, url), seconds);
}

}  // namespace reel::storage
