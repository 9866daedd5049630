#include "reel/base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <vector>

#include "reel/base/text.hpp"

namespace reel::base {
namespace {

constexpr auto replace_broken = nlohmann::json::error_handler_t::replace;

struct Listener {
  std::recursive_mutex mutex;  // a listener may destroy its own handle while it is called
  std::function<void(const LogLine&)> call;
};

class Log {
 public:
  Log() : stderr_("reel", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()) {
    stderr_.set_pattern(text_pattern);
    stderr_.set_level(spdlog::level::warn);
    stderr_.flush_on(spdlog::level::warn);
  }

  void write(const LogLine& line) {
    const auto level = to_spdlog(line.level);
    if (silenced_ == 0 && stderr_.should_log(level)) json_ ? write_json(line) : write_text(line);
    notify(line);
  }

  void set_stderr_level(Level level) { level_ = level, stderr_.set_level(to_spdlog(level)); }
  Level stderr_level() const { return level_; }
  void set_json(bool json) {
    json_ = json;
    json ? stderr_.set_pattern("%v") : stderr_.set_pattern(text_pattern);
  }
  void silence(int by) { silenced_ += by; }

  void hide(std::string secret) {
    if (secret.empty()) return;
    const std::lock_guard lock(mutex_);
    if (std::find(secrets_.begin(), secrets_.end(), secret) != secrets_.end()) return;
    secrets_.push_back(std::move(secret));
    // Longest first, so that a secret inside another leaves nothing of the outer one.
    std::sort(secrets_.begin(), secrets_.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  }

  std::string redact(std::string text) const {
    const std::lock_guard lock(mutex_);
    for (const std::string& secret : secrets_) replace(text, secret);
    return text;
  }

  int add(std::function<void(const LogLine&)> call) {
    auto listener = std::make_shared<Listener>();
    listener->call = std::move(call);
    const std::lock_guard lock(mutex_);
    listeners_.emplace(++last_id_, std::move(listener));
    return last_id_;
  }

  /// Returns once no other thread is inside the listener.
  void remove(int id) {
    std::shared_ptr<Listener> listener;
    {
      const std::lock_guard lock(mutex_);
      listener = listeners_.at(id);
      listeners_.erase(id);
    }
    const std::lock_guard wait(listener->mutex);
    listener->call = nullptr;
  }

 private:
  static constexpr const char* text_pattern = "%H:%M:%S.%e %^%l%$ %v";

  void write_text(const LogLine& line) {
    const std::string prefix = line.stage.empty() ? "" : line.stage + ": ";
    for (const std::string& part : lines(line.message)) stderr_.log(to_spdlog(line.level), printable(prefix + part));
  }

  void write_json(const LogLine& line) {
    nlohmann::ordered_json object{
        {"time", rfc3339(std::chrono::system_clock::now())}, {"level", name(line.level)}, {"message", line.message}};
    if (!line.stage.empty()) object["stage"] = line.stage;
    if (!line.id.empty()) object["id"] = line.id;
    // The text is no pattern.
    stderr_.log(to_spdlog(line.level), spdlog::string_view_t(object.dump(-1, ' ', false, replace_broken)));
  }

  static spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
      case Level::debug:
        return spdlog::level::debug;
      case Level::info:
        return spdlog::level::info;
      case Level::warning:
        return spdlog::level::warn;
      case Level::error:
        break;
    }
    return spdlog::level::err;
  }

  static std::vector<std::string> lines(const std::string& message) {
    std::vector<std::string> result;
    for (std::size_t from = 0; from <= message.size();) {
      const auto end = std::min(message.find('\n', from), message.size());
      if (end > from || result.empty()) result.push_back(message.substr(from, end - from));
      from = end + 1;
    }
    return result;
  }

  static bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  static void replace(std::string& text, const std::string& secret) {
    constexpr std::string_view mask = "***";
    for (auto at = text.find(secret); at != std::string::npos;) {
      const auto end = at + secret.size();
      const bool whole_word = (at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]));
      if (secret.size() >= 4 || whole_word) {
        text.replace(at, secret.size(), mask);
        at = text.find(secret, at + mask.size());
      } else {
        at = text.find(secret, at + 1);
      }
    }
  }

  void notify(const LogLine& line) {
    // What a listener logs itself goes to standard error only: else it would call itself for ever.
    thread_local bool inside = false;
    if (inside) return;
    std::vector<std::shared_ptr<Listener>> current;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [id, listener] : listeners_) current.push_back(listener);
    }
    inside = true;
    for (const auto& listener : current) {
      const std::lock_guard lock(listener->mutex);
      try {
        if (const auto call = listener->call) call(line);
      } catch (const std::exception& error) {
        stderr_.log(spdlog::level::err, "a log listener failed: {}", printable(redact(error.what())));
      }
    }
    inside = false;
  }

  mutable std::mutex mutex_;
  spdlog::logger stderr_;
  std::vector<std::string> secrets_;
  std::map<int, std::shared_ptr<Listener>> listeners_;
  int last_id_ = 0;
  std::atomic<Level> level_{Level::warning};
  std::atomic<bool> json_{false};
  std::atomic<int> silenced_{0};  ///< listeners that stand for standard error
};

/// Never destroyed: threads may log while the process ends.
Log& the_log() {
  static Log* const log = new Log;
  return *log;
}

}  // namespace

std::string_view name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      break;
  }
  return "error";
}

void log(Level level, std::string_view message, std::string_view stage, std::string_view id) {
  the_log().write(
      {level, the_log().redact(std::string(stage)), the_log().redact(std::string(message)), std::string(id)});
}

void hide_in_logs(std::string secret) { the_log().hide(std::move(secret)); }

std::string redacted(std::string_view text) { return the_log().redact(std::string(text)); }

void set_stderr_level(Level level) { the_log().set_stderr_level(level); }

void set_stderr_json(bool json) { the_log().set_json(json); }

Level stderr_level() { return the_log().stderr_level(); }

LogListener::LogListener(std::function<void(const LogLine&)> listener, Stderr is)
    : id_(the_log().add(std::move(listener))), stderr_(is) {
  if (stderr_ == Stderr::instead) the_log().silence(1);
}

LogListener::~LogListener() {
  if (stderr_ == Stderr::instead) the_log().silence(-1);
  the_log().remove(id_);
}

}  // namespace reel::base
