#include "progress.hpp"

#include <cmath>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "reel/base/text.hpp"
#include "reel/base/time.hpp"
#include "terminal.hpp"

namespace reel::cli {
namespace {

using nlohmann::json;

base::Time to_the_second(base::Time time) { return std::chrono::floor<std::chrono::seconds>(time); }

/// One line that is drawn over and over.
class LiveLine final : public ProgressView {
 public:
  explicit LiveLine(std::string name) : name_(std::move(name)) {}
  ~LiveLine() override { clear(); }

  void update(const engine::Progress& progress) override {
    constexpr int bar = 24;
    std::string line = name_ + "  ";
    if (progress.fraction >= 0) {
      const int full = static_cast<int>(std::lround(progress.fraction * bar));
      for (int i = 0; i < bar; ++i) line += i < full ? "█" : "░";
      line += "  ";
    }
    line += progress_text(progress);
    const std::lock_guard lock(mutex_);
    draw(line);
  }
  void log(const base::LogLine& line) override {
    if (line.level < base::stderr_level()) return;
    const std::lock_guard lock(mutex_);
    draw("");
    std::cerr << base::name(line.level) << ": " << (line.stage.empty() ? "" : line.stage + ": ") << line.message
              << '\n';
  }
  void done(const engine::Report&) override { clear(); }
  void failed(const std::string&) override { clear(); }

 private:
  void clear() {
    const std::lock_guard lock(mutex_);
    draw("");
  }
  void draw(std::string line) {
    const auto room = static_cast<std::size_t>(std::max(20, terminal::width(terminal::Stream::error) - 1));
    while (base::display_width(line) > room) {
      do line.pop_back();
      while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xC0U) == 0x80U);
    }
    std::cerr << "\r\033[K" << line << std::flush;
  }

  std::string name_;
  std::mutex mutex_;
};

/// A line every few seconds, for pipes and log files.
class PlainLines final : public ProgressView {
 public:
  explicit PlainLines(std::string name) : name_(std::move(name)) {}
  void update(const engine::Progress& progress) override {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::seconds(2)) return;
    last_ = now;
    std::cerr << name_ << ": " << progress_text(progress) << std::endl;
  }
  void log(const base::LogLine& line) override {
    if (line.level < base::stderr_level()) return;
    std::cerr << base::name(line.level) << ": " << (line.stage.empty() ? "" : line.stage + ": ") << line.message
              << std::endl;
  }

 private:
  std::string name_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// One JSON object a line.
class JsonLines final : public ProgressView {
 public:
  void update(const engine::Progress& p) override {
    json out{{"event", "progress"},
             {"frames", p.frames},
             {"position_ns", p.position.count()},
             {"frames_per_second", p.frames_per_second}};
    if (p.fraction >= 0) out["fraction"] = p.fraction;
    if (p.duration) out["duration_ns"] = p.duration->count();
    if (p.remaining) out["remaining_ns"] = p.remaining->count();
    for (const auto& s : p.stages)
      out["stages"].push_back({{"id", s.id},
                               {"uses", s.uses},
                               {"frames", s.frames},
                               {"position_ns", s.position.count()},
                               {"done", s.done}});
    print(out);
  }
  void log(const base::LogLine& line) override {
    if (line.level >= base::Level::info)
      print({{"event", "log"}, {"level", base::name(line.level)}, {"stage", line.stage}, {"message", line.message}});
  }
  void done(const engine::Report& report) override {
    print({{"event", "done"}, {"report", json::parse(report.to_json())}});
  }
  void failed(const std::string& what) override { print({{"event", "failed"}, {"error", what}}); }

 private:
  void print(const json& object) {
    const std::lock_guard lock(mutex_);
    std::cout << object.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
  }
  std::mutex mutex_;
};

class Nothing final : public ProgressView {};

}  // namespace

std::string progress_text(const engine::Progress& p) {
  std::string text = base::format_time(to_the_second(p.position));
  if (p.duration) text += " of " + base::format_time(to_the_second(*p.duration));
  if (p.fraction >= 0) text += ", " + std::to_string(static_cast<int>(p.fraction * 100)) + " %";
  if (p.frames > 0) text += ", " + std::to_string(p.frames) + " frames";
  if (p.frames_per_second > 0) text += ", " + std::to_string(std::lround(p.frames_per_second)) + " frames/s";
  if (p.remaining) text += ", " + base::format_duration(*p.remaining) + " left";
  return text;
}

std::unique_ptr<ProgressView> make_progress(const std::string& kind, const std::string& name) {
  if (kind == "none") return std::make_unique<Nothing>();
  if (kind == "json") return std::make_unique<JsonLines>();
  if (kind == "auto" && terminal::is_terminal(terminal::Stream::error)) return std::make_unique<LiveLine>(name);
  return std::make_unique<PlainLines>(name);
}

}  // namespace reel::cli
