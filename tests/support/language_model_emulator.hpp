/// A server of the chat API, tests/emulators/language_model, as a program beside the test.
#pragma once

#include <curl/curl.h>

#include <nlohmann/json.hpp>

#include "installation.hpp"

namespace reel::tests {

class LanguageModelEmulator {
 public:
  using Json = nlohmann::json;

  /// `key` is the one that it wants; empty: none.
  explicit LanguageModelEmulator(const std::string& key = "") {
    program_ = std::make_unique<Program>(
        "exec python3 " + quoted(source_folder() / "tests/emulators/language_model") + " --key '" + key + "'",
        folder_ / "log");
    address_ = program_->waits_for("http");
    if (address_.empty()) throw std::runtime_error("no emulator: " + program_->said());
    address_ = "http" + address_;
  }

  std::string url() const { return address_ + "/v1"; }
  /// What the next questions are answered with.
  void steps(const std::vector<Json>& list) const {
    const std::string text = Json(list).dump();
    ask("/steps", &text);
  }
  /// Those since steps(): path, headers, body.
  Json requests() const { return Json::parse(ask("", nullptr)).at("requests"); }

 private:
  std::string ask(const std::string& what, const std::string* body) const {
    const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
    const std::string url = address_ + "/_emulator" + what;
    std::string answer;
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(
        curl.get(), CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t, std::size_t size, void* into) {
          static_cast<std::string*>(into)->append(data, size);
          return size;
        });
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
    if (body != nullptr) curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body->c_str());
    if (const CURLcode code = curl_easy_perform(curl.get()); code != CURLE_OK)
      throw std::runtime_error(std::string("the emulator does not answer: ") + curl_easy_strerror(code));
    return answer;
  }

  TemporaryFolder folder_;
  std::string address_;
  std::unique_ptr<Program> program_;
};

}  // namespace reel::tests
