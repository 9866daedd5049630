#include "metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <mutex>

#include "intake.hpp"

namespace reel::http {
namespace {

using prometheus::Gauge;

Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

const prometheus::Histogram::BucketBoundaries& seconds() {
  static const prometheus::Histogram::BucketBoundaries bounds{.001, .0025, .005, .01, .025, .05, .1,
                                                              .25,  .5,    1,    2.5, 5,    10};
  return bounds;
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& calls =
      prometheus::BuildCounter().Name("reel_http_requests_total").Help("Answered requests.").Register(registry);
  prometheus::Family<prometheus::Histogram>& times = prometheus::BuildHistogram()
                                                         .Name("reel_http_request_seconds")
                                                         .Help("From the request's head to the answer's last byte.")
                                                         .Register(registry);
  prometheus::Counter& bytes = prometheus::BuildCounter()
                                   .Name("reel_http_response_bytes_total")
                                   .Help("Bytes of answers' bodies.")
                                   .Register(registry)
                                   .Add({});
  Gauge& queued = gauge(registry, "reel_queue_queued", "Requests that wait.");
  Gauge& running = gauge(registry, "reel_queue_running", "Requests that run.");
  Gauge& waiting = gauge(registry, "reel_queue_waiting", "Requests that wait for the time of their next attempt.");
  Gauge& oldest =
      gauge(registry, "reel_queue_oldest_seconds", "How long the oldest request that could run has waited.");
  Gauge& workers = gauge(registry, "reel_workers", "Workers.");
  Gauge& slots = gauge(registry, "reel_worker_slots", "Requests that the workers can run at once.");
  Gauge& connections = gauge(registry, "reel_http_connections", "Open connections.");
  Gauge& streams = gauge(registry, "reel_http_event_streams", "Open event streams.");
  Gauge& busy = gauge(registry, "reel_http_handlers_busy", "Requests that are answered or wait for it.");
  std::mutex mutex;  // of the gauges, which are set and read together
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::count(const Served& served) {
  const std::string route = served.route.empty() ? "none" : served.route;
  // Each value that a label has is a series for ever: none may be of a stranger's making.
  const std::string method = is_known_method(served.method) ? served.method : "other";
  state_->calls.Add({{"method", method}, {"route", route}, {"status", std::to_string(served.status)}}).Increment();
  state_->times.Add({{"route", route}}, seconds()).Observe(std::chrono::duration<double>(served.time).count());
  state_->bytes.Increment(static_cast<double>(served.bytes));
}

std::string Metrics::text(const service::QueueFigures& queue, const std::vector<service::WorkerRecord>& workers,
                          const Figures& server) {
  const std::scoped_lock lock(state_->mutex);
  state_->queued.Set(static_cast<double>(queue.queued));
  state_->running.Set(static_cast<double>(queue.running));
  state_->waiting.Set(static_cast<double>(queue.waiting));
  state_->oldest.Set(queue.oldest_seconds);
  int slots = 0;
  for (const auto& worker : workers) slots += worker.drain ? 0 : worker.slots;
  state_->workers.Set(static_cast<double>(workers.size()));
  state_->slots.Set(slots);
  state_->connections.Set(static_cast<double>(server.connections));
  state_->streams.Set(static_cast<double>(server.event_streams));
  state_->busy.Set(static_cast<double>(server.handlers_busy));
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace reel::http
