/// How a run shows where it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "reel/base/log.hpp"
#include "reel/engine/run.hpp"
#include "reel/model/provider.hpp"

namespace reel::cli {

/// How far a file on its way is.
struct Transfer {
  std::string name;
  std::uint64_t bytes = 0, total = 0;
  double bytes_per_second = 0;  ///< 0: not known yet
};

/// All members are called on one thread but log(), which may be called on any.
class ProgressView {
 public:
  virtual ~ProgressView() = default;
  virtual void update(const engine::Progress&) {}
  virtual void update(const Transfer&) {}
  /// A stage whose media a provider makes is in another state.
  virtual void update(const std::string& /*stage*/, const model::Generation&) {}
  virtual void log(const base::LogLine&) {}
  virtual void done(const std::string& /*report as JSON*/) {}
  virtual void failed(const std::string& /*what*/) {}
};

/// `auto`: a live line on a terminal, plain lines elsewhere; `plain`, `json` (one object a line, on standard
/// output), `none`. A pipeline's `name` stands before its progress.
std::unique_ptr<ProgressView> make_progress(const std::string& kind, const std::string& name);
/// While it lives, the log goes through the view, unless that is `none`.
std::optional<base::LogListener> log_through(ProgressView& view, const std::string& kind);

/// `0:12 of 0:28, 43 %, 51 frames/s, 9 s left`
std::string progress_text(const engine::Progress& progress);
/// `1.2 GB of 2.8 GB, 43 %, 45 MB/s, 36 s left`
std::string progress_text(const Transfer& transfer);

/// Measures a file on its way and shows it, about 10 times a second and at its end.
class TransferMeter {
 public:
  TransferMeter(ProgressView& view, std::string name, std::uint64_t total);
  void at(std::uint64_t bytes);

 private:
  using Clock = std::chrono::steady_clock;
  ProgressView& view_;
  Transfer transfer_;
  Clock::time_point shown_{}, since_{};
  std::uint64_t from_ = 0;  ///< bytes that were there at `since_`
};

}  // namespace reel::cli
