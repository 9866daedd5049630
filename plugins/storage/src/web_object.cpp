#include "web_object.hpp"

namespace reel::storage {
namespace {

constexpr int most_redirects = 10;

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

[[noreturn]] void refuse(const std::string& url, const Response& response) {
  const std::string message = "cannot read " + shown(url) + ": ";
  const std::string answer = "the server answered " + std::to_string(response.status);
  switch (response.status) {
    case 404:
    case 410:
      throw ExtensionError(REEL_ERROR_NOT_FOUND, message + "there is nothing of that name; " + answer);
    case 401:
    case 403:
    case 407:
      throw ExtensionError(REEL_ERROR_DENIED, message + "access is denied; " + answer);
    case 412:
      throw ExtensionError(REEL_ERROR_CHANGED, message + "it has changed since it was opened");
    default:
      if (response.status == 408 || response.status == 429 || response.status >= 500)
        throw TransientError(message + answer, 6, retry_after(response));
      throw ExtensionError(REEL_ERROR_FAILED, message + answer);
  }
}

}  // namespace

WebObject::WebObject(const reel_host* host, const std::string& url, const Cancelled& cancelled)
    : http_(host), url_(url), current_(url) {
  const Response head = retried(cancelled, [&] {
    return ask({.headers = {{"range", range_header(0, 1)}}, .on_body = one_byte}, cancelled);
  });
  ranges_ = head.status == 206;
  const auto info = object_info(head);
  if (!info)
    throw ExtensionError(REEL_ERROR_INVALID,
                         "cannot read " + shown(url) + ": the server does not say how long it is; download it first");
  info_ = *info;
}

std::string WebObject::current_url() {
  const std::scoped_lock lock(mutex_);
  return current_;
}

Response WebObject::ask(Request request, const Cancelled& cancelled) {
  request.url = current_url();
  for (int redirects = 0;; ++redirects) {
    Response response = http_.send(request, cancelled);
    const std::string to = response.header("location");
    if (is_redirect(response.status) && !to.empty() && redirects < most_redirects) {
      request.url = resolved(request.url, to);
      continue;
    }
    // Where a redirect led to may be good for a while only.
    if (!response.good() && response.status != 416 && redirects == 0 && request.url != url_) {
      request.url = url_;
      continue;
    }
    const bool empty = response.status == 416 && object_info(response) && object_info(response)->size == 0;
    if (!response.good() && !empty) refuse(request.url, response);
    const std::scoped_lock lock(mutex_);
    current_ = request.url;
    return response;
  }
}

void WebObject::fetch(std::uint64_t offset, std::uint64_t size, const TakeBytes& take, const Cancelled& cancelled) {
  Counted counted(size, take);
  Request get;
  if (ranges_) {
    get.headers["range"] = range_header(offset, size);
    // A weak tag must not be used for parts.
    if (!info_.version.empty() && !info_.version.starts_with("W/")) get.headers["if-match"] = info_.version;
  }
  get.on_body = [&, checked = false](const Response& head, std::string_view bytes) mutable {
    if (!checked) check_range(head, info_, offset, shown(url_));
    checked = true;
    return counted(bytes);
  };
  ask(get, cancelled);
  counted.finish(shown(url_));
}

}  // namespace reel::storage
