#include "http.hpp"

#include <curl/curl.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "ask.hpp"
#include "host.hpp"

namespace reel::luma {

namespace {

constexpr std::size_t largest_answer = 8 << 20;
constexpr curl_off_t largest_result = curl_off_t{4} << 30;
constexpr int most_redirects = 5, most_attempts = 6;

struct Cleanup {
  void operator()(CURL* c) const { curl_easy_cleanup(c); }
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
  void operator()(std::FILE* f) const { std::fclose(f); }
};
using Headers = std::unique_ptr<curl_slist, Cleanup>;
using File = std::unique_ptr<std::FILE, Cleanup>;

/// One request. Its callbacks keep what they throw until libcurl has returned.
class Transfer {
 public:
  Transfer(const reel_host* host, const std::string& url, const Task* task) : policy_(host), url_(url), task_(task) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (!is_fetchable(url)) throw ExtensionError(REEL_ERROR_INVALID, "what Luma is to be asked at is no https address");
    policy_.check(url);
    curl_.reset(ready == CURLE_OK ? curl_easy_init() : nullptr);
    if (!curl_) throw std::runtime_error("libcurl cannot be used");
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set(CURLOPT_USERAGENT, "reelwork-luma/0.1");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, 20L);
    set(CURLOPT_ERRORBUFFER, words_);
    set(
        CURLOPT_OPENSOCKETFUNCTION, +[](void* self, curlsocktype, curl_sockaddr* address) -> curl_socket_t {
          return static_cast<Transfer*>(self)->open(*address);
        });
    set(CURLOPT_OPENSOCKETDATA, this);
    set(CURLOPT_NOPROGRESS, 0L);
    set(
        CURLOPT_XFERINFOFUNCTION, +[](void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> int {
          const Task* const task = static_cast<Transfer*>(self)->task_;
          return task != nullptr && task->cancelled() ? 1 : 0;
        });
    set(CURLOPT_XFERINFODATA, this);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() = default;

  template <class T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(curl_.get(), option, value);
  }
  template <class T>
  T get(CURLINFO info) const {
    T value{};
    curl_easy_getinfo(curl_.get(), info, &value);
    return value;
  }
  std::string header(const char* name) const {
    curl_header* found = nullptr;
    const bool has = curl_easy_header(curl_.get(), name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK;
    return has ? found->value : "";
  }

  /// Throws only what the host forbids and what the task says.
  CURLcode perform() {
    const CURLcode code = curl_easy_perform(curl_.get());
    if (denied_ && !sent()) throw ExtensionError(*denied_);  // a name may have another address, which is allowed
    if (code == CURLE_ABORTED_BY_CALLBACK && task_ != nullptr) task_->check();
    return code;
  }
  long status() const { return get<long>(CURLINFO_RESPONSE_CODE); }
  /// True also where that is not sure.
  bool sent() const { return get<long>(CURLINFO_REQUEST_SIZE) > 0; }
  std::string words(CURLcode code) const { return words_[0] != '\0' ? words_ : curl_easy_strerror(code); }

 private:
  curl_socket_t open(const curl_sockaddr& to) {
    try {
      policy_.check(url_, &to.addr);
    } catch (const ExtensionError& e) {
      denied_ = e;
      return CURL_SOCKET_BAD;
    }
    return socket(to.family, to.socktype | SOCK_CLOEXEC, to.protocol);
  }

  NetworkPolicy policy_;
  std::string url_;
  const Task* task_;
  std::optional<ExtensionError> denied_;
  char words_[CURL_ERROR_SIZE] = "";
  std::unique_ptr<CURL, Cleanup> curl_;
};

std::size_t keep_answer(char* data, std::size_t, std::size_t size, void* into) {
  auto& body = *static_cast<std::string*>(into);
  if (body.size() + size > largest_answer) return 0;
  body.append(data, size);
  return size;
}

/// A key with a line break in it would be a header of its own.
void check_key(const std::string& key) {
  for (const char c : key)
    if (c <= 0x20 || c >= 0x7F)
      throw ExtensionError(REEL_ERROR_DENIED, "the key for Luma holds characters that no key has");
}

/// A download that may take several requests.
class Download {
 public:
  Download(const reel_host* host, const std::string& path, const Task& task)
      : host_(host), task_(task), file_(std::fopen(path.c_str(), "wbx")) {
    if (!file_) throw ExtensionError(REEL_ERROR_FAILED, path + " cannot be made");
  }

  void run(std::string url) {
    int attempts = 0, redirects = 0;
    for (;;) {
      const curl_off_t before = size_;
      Transfer transfer(host_, url, &task_);
      const CURLcode code = attempt(transfer);
      const long status = transfer.status();
      if (code == CURLE_OK && status >= 300 && status < 400) {
        const char* const next = transfer.get<char*>(CURLINFO_REDIRECT_URL);
        if (next == nullptr || ++redirects > most_redirects)
          throw ExtensionError(REEL_ERROR_FAILED, "the result's address leads nowhere");
        url = next;
      } else if (code == CURLE_OK && status < 400) {
        return finish();
      } else {
        check(code, status);
        if (code == CURLE_RANGE_ERROR) restart();
        if (size_ <= before && ++attempts >= most_attempts)
          throw ExtensionError(REEL_ERROR_BUSY, "the result cannot be downloaded: " + transfer.words(code));
        wait();
      }
    }
  }

 private:
  CURLcode attempt(Transfer& transfer) {
    transfer_ = &transfer;
    transfer.set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    transfer.set(CURLOPT_LOW_SPEED_TIME, 60L);
    transfer.set(CURLOPT_MAXFILESIZE_LARGE, largest_result);
    transfer.set(
        CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t, std::size_t size, void* self) -> std::size_t {
          return static_cast<Download*>(self)->write(data, size) ? size : 0;
        });
    transfer.set(CURLOPT_WRITEDATA, this);
    Headers headers;
    if (size_ > 0) {
      transfer.set(CURLOPT_RESUME_FROM_LARGE, size_);
      // Another file by now: then it comes from its start, which libcurl reports as CURLE_RANGE_ERROR.
      if (!etag_.empty()) headers.reset(curl_slist_append(nullptr, ("If-Range: " + etag_).c_str()));
      transfer.set(CURLOPT_HTTPHEADER, headers.get());
    }
    return transfer.perform();
  }

  bool write(const char* data, std::size_t size) {
    const long status = transfer_->status();
    if (status != 200 && status != 206) return true;  // the words of an error
    if (total_ < 0) {
      const auto length = transfer_->get<curl_off_t>(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
      if (length >= 0) total_ = size_ + length;
      etag_ = transfer_->header("ETag");
    }
    if (size_ + static_cast<curl_off_t>(size) > largest_result) return false;
    if (std::fwrite(data, 1, size, file_.get()) != size) return disk_failed_ = true, false;
    size_ += static_cast<curl_off_t>(size);
    if (total_ > 0) task_.progress(static_cast<double>(size_) / static_cast<double>(total_), "downloading");
    return true;
  }

  void check(CURLcode code, long status) const {
    if (disk_failed_)
      throw ExtensionError(REEL_ERROR_FAILED, "the result cannot be written: the disk is full, or broken");
    if (code == CURLE_FILESIZE_EXCEEDED || code == CURLE_WRITE_ERROR)
      throw ExtensionError(REEL_ERROR_FAILED, "the result is larger than any clip of Luma's");
    if (code == CURLE_OK && status < 500 && status != 408 && status != 429)
      throw ExtensionError(REEL_ERROR_NOT_FOUND,
                           "the address of the result is no longer good (status " + std::to_string(status) + ")");
  }

  void restart() {
    if (std::fflush(file_.get()) != 0 || ftruncate(fileno(file_.get()), 0) != 0) disk_failed_ = true;
    std::rewind(file_.get());
    size_ = 0, total_ = -1;
  }

  void finish() {
    if (total_ >= 0 && size_ != total_)
      throw ExtensionError(REEL_ERROR_BUSY, "the result came with " + std::to_string(size_) + " bytes instead of " +
                                                std::to_string(total_));
    if (size_ == 0) throw ExtensionError(REEL_ERROR_FAILED, "the result is empty");
    if (std::fflush(file_.get()) != 0 || fsync(fileno(file_.get())) != 0)
      throw ExtensionError(REEL_ERROR_FAILED, "the result cannot be written: the disk is full, or broken");
  }

  void wait() const {
    for (int i = 0; i < 5; ++i) {
      task_.check();
      usleep(100'000);
    }
  }

  const reel_host* host_;
  const Task& task_;
  File file_;
  Transfer* transfer_ = nullptr;
  curl_off_t size_ = 0, total_ = -1;
  std::string etag_;
  bool disk_failed_ = false;
};

}  // namespace

Answer ask(const reel_host* host, const std::string& url, const std::string& key, const std::string* body,
           const Task* task) {
  check_key(key);
  Answer answer;
  Transfer transfer(host, url, task);
  // libcurl asks again by itself when a connection that it kept turns out dead: so it keeps none.
  transfer.set(CURLOPT_FRESH_CONNECT, 1L);
  transfer.set(CURLOPT_FORBID_REUSE, 1L);
  transfer.set(CURLOPT_TIMEOUT, 60L);
  transfer.set(CURLOPT_WRITEFUNCTION, keep_answer);
  transfer.set(CURLOPT_WRITEDATA, &answer.body);
  Headers headers(curl_slist_append(nullptr, "Accept: application/json"));
  curl_slist_append(headers.get(), ("Authorization: Bearer " + key).c_str());
  if (body != nullptr) {
    curl_slist_append(headers.get(), "Content-Type: application/json");
    curl_slist_append(headers.get(), "Expect:");
    transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
    transfer.set(CURLOPT_POSTFIELDS, body->c_str());
  }
  transfer.set(CURLOPT_HTTPHEADER, headers.get());
  if (const CURLcode code = transfer.perform(); code != CURLE_OK) throw NoAnswer(transfer.words(code), transfer.sent());
  answer.status = transfer.status();
  answer.retry_after = static_cast<long>(transfer.get<curl_off_t>(CURLINFO_RETRY_AFTER));
  const std::string date = transfer.header("Date");
  answer.date = date.empty() ? 0 : std::max<std::int64_t>(0, curl_getdate(date.c_str(), nullptr));
  return answer;
}

void download(const reel_host* host, const std::string& url, const std::string& path, const Task& task) {
  Download download(host, path, task);
  try {
    download.run(url);
  } catch (...) {
    unlink(path.c_str());
    throw;
  }
}

}  // namespace reel::luma
