/// Luma's emulator, tests/emulators/luma, as a program beside the test, and its control API.
#pragma once

#include <curl/curl.h>

#include <nlohmann/json.hpp>

#include "installation.hpp"

namespace reel::tests {

class LumaEmulator {
 public:
  using Json = nlohmann::json;

  /// `key` is the one that it accepts.
  explicit LumaEmulator(std::string key = "emulator") : key_(std::move(key)) { start("0"); }

  const std::string& address() const { return address_; }
  std::string dream_machine() const { return address_ + "/dream-machine/v1"; }
  std::string agents() const { return address_ + "/v1"; }

  /// Kills it as a crash would, and starts it again at the same address with what it had kept.
  void restart() {
    program_->end(SIGKILL);
    start(address_.substr(address_.rfind(':') + 1));
  }

  Json state() const { return Json::parse(ask("state", nullptr)); }
  int count(const std::string& counter) const { return state()["counters"].value(counter, 0); }
  void settings(const Json& values) const { post("settings", values); }
  void fault(const Json& fault) const { post("faults", fault); }
  void reset() const { post("reset", Json::object()); }

 private:
  void start(const std::string& port) {
    const std::string line = "exec python3 " + quoted(source_folder() / "tests/emulators/luma") + " --port " + port +
                             " --key '" + key_ + "' --state " + quoted(folder_ / "state") +
                             " --queued-seconds 0.05 --working-seconds 0.1";
    program_ = std::make_unique<Program>(line, folder_ / "log");
    address_ = program_->waits_for("http");
    if (address_.empty()) throw std::runtime_error("no emulator: " + program_->said());
    address_ = "http" + address_;
  }

  void post(const std::string& what, const Json& body) const {
    const std::string text = body.dump();
    ask(what, &text);
  }

  std::string ask(const std::string& what, const std::string* body) const {
    const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
    const std::string url = address_ + "/_emulator/" + what;
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
      throw std::runtime_error("the emulator says to " + what + ": " + curl_easy_strerror(code));
    return answer;
  }

  std::string key_;
  TemporaryFolder folder_;
  std::string address_;
  std::unique_ptr<Program> program_;
};

}  // namespace reel::tests
