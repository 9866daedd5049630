/// Figures for Prometheus.
#pragma once

#include <memory>
#include <string>

#include "reel/http/server.hpp"
#include "reel/service/queue.hpp"

namespace reel::http {

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void count(const Served& served);  ///< any thread, and quick
  /// All of it in the text format, with the present figures of queue and server. Any thread.
  std::string text(const service::QueueFigures& queue, const std::vector<service::WorkerRecord>& workers,
                   const Figures& server);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reel::http
