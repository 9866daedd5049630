#include "progress.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "reel/base/text.hpp"
#include "reel/base/time.hpp"
#include "terminal.hpp"

namespace reel::cli {
namespace {

using nlohmann::json;

base::Time to_the_second(base::Time time) { return std::chrono::floor<std::chrono::seconds>(time); }

double fraction_of(const Transfer& t) {
  return t.total == 0 ? -1 : static_cast<double>(t.bytes) / static_cast<double>(t.total);
}

/// One line that is drawn over and over.
class LiveLine final : public ProgressView {
 public:
  explicit LiveLine(std::string name) : name_(std::move(name)) {}
  ~LiveLine() override { clear(); }

  void update(const engine::Progress& progress) override { show(name_, progress.fraction, progress_text(progress)); }
  void update(const Transfer& transfer) override {
    show(transfer.name, fraction_of(transfer), progress_text(transfer));
  }
  void update(const std::string& stage, const model::Generation& seen) override {
    show(stage, seen.fraction.value_or(-1), seen.words);
  }
  void log(const base::LogLine& line) override {
    if (line.level < base::stderr_level()) return;
    const std::lock_guard lock(mutex_);
    draw("");
    std::cerr << base::name(line.level) << ": " << (line.stage.empty() ? "" : line.stage + ": ") << line.message
              << '\n';
  }
  void done(const std::string&) override { clear(); }
  void failed(const std::string&) override { clear(); }

 private:
  void show(const std::string& name, double fraction, const std::string& text) {
    constexpr int bar = 24;
    std::string line = name + "  ";
    if (fraction >= 0) {
      const int full = static_cast<int>(std::lround(fraction * bar));
      for (int i = 0; i < bar; ++i) line += i < full ? "█" : "░";
      line += "  ";
    }
    const std::lock_guard lock(mutex_);
    draw(line + text);
  }
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
  void update(const engine::Progress& progress) override { show(name_, progress_text(progress)); }
  void update(const Transfer& transfer) override { show(transfer.name, progress_text(transfer)); }
  void update(const std::string& stage, const model::Generation& seen) override {
    std::cerr << stage << ": " << seen.words << std::endl;
  }
  void log(const base::LogLine& line) override {
    if (line.level < base::stderr_level()) return;
    std::cerr << base::name(line.level) << ": " << (line.stage.empty() ? "" : line.stage + ": ") << line.message
              << std::endl;
  }

 private:
  void show(const std::string& name, const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    const bool begins = std::exchange(subject_, name) != name;
    if (!begins && now - last_ < std::chrono::seconds(2)) return;
    last_ = now;
    if (!begins) std::cerr << name << ": " << text << std::endl;
  }

  std::string name_, subject_ = name_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// One JSON object a line. The states of what providers make are in the log, which is among them.
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
  void update(const Transfer& t) override {
    print({{"event", "transfer"}, {"name", t.name}, {"bytes", t.bytes}, {"total", t.total}});
  }
  void log(const base::LogLine& line) override {
    if (line.level >= base::Level::info)
      print({{"event", "log"}, {"level", base::name(line.level)}, {"stage", line.stage}, {"message", line.message}});
  }
  void done(const std::string& report) override { print({{"event", "done"}, {"report", json::parse(report)}}); }
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

std::string progress_text(const Transfer& t) {
  std::string text = base::format_bytes(t.bytes) + " of " + base::format_bytes(t.total);
  if (t.total > 0) text += ", " + std::to_string(static_cast<int>(fraction_of(t) * 100)) + " %";
  if (t.bytes_per_second <= 0) return text;
  const std::chrono::duration<double> left(static_cast<double>(t.total - t.bytes) / t.bytes_per_second);
  return text + ", " + base::format_bytes(static_cast<std::uint64_t>(t.bytes_per_second)) + "/s, " +
         base::format_duration(std::chrono::duration_cast<base::Time>(left)) + " left";
}

TransferMeter::TransferMeter(ProgressView& view, std::string name, std::uint64_t total)
    : view_(view), transfer_{std::move(name), 0, total, 0} {}

void TransferMeter::at(std::uint64_t bytes) {
  constexpr std::chrono::milliseconds pause{100}, enough{1000};
  const auto now = Clock::now();
  // What was on the other side before, or had to be sent again, is no speed.
  if (since_ == Clock::time_point{} || bytes < from_) since_ = now, from_ = bytes;
  if (now - shown_ < pause && bytes != transfer_.total) return;
  shown_ = now;
  transfer_.bytes = std::min(bytes, transfer_.total);
  const std::chrono::duration<double> elapsed = now - since_;
  if (elapsed > enough) transfer_.bytes_per_second = static_cast<double>(bytes - from_) / elapsed.count();
  view_.update(transfer_);
}

std::unique_ptr<ProgressView> make_progress(const std::string& kind, const std::string& name) {
  if (kind == "none") return std::make_unique<Nothing>();
  if (kind == "json") return std::make_unique<JsonLines>();
  if (kind == "auto" && terminal::is_terminal(terminal::Stream::error)) return std::make_unique<LiveLine>(name);
  return std::make_unique<PlainLines>(name);
}

std::optional<base::LogListener> log_through(ProgressView& view, const std::string& kind) {
  if (kind == "none") return std::nullopt;
  return std::optional<base::LogListener>(
      std::in_place, [&view](const base::LogLine& line) { view.log(line); }, base::LogListener::Stderr::instead);
}

}  // namespace reel::cli
