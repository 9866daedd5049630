#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "splice/span_key.hpp"
#include "splice/span_renderer.hpp"
#include "splice/span_store.hpp"

namespace reel::engine {
namespace {

using planner::Span;

/// Pictures that lie in one span's decoder, queues and encoder at a time, and what all of them may take together.
constexpr std::size_t pictures_in_flight = 80, memory = 300U << 20U;
constexpr std::size_t most_at_once = 8;

class Pool {
 public:
  Pool(const Prepared& prepared, const planner::Plan& plan, const FileIndex& index, const PictureFormat& format,
       const SpanOptions& options)
      : prepared_(prepared), index_(index), format_(format), options_{options.spool, options.cache, {}, {}, {}} {
    for (const Span& span : plan.spans)
      if (span.kind == Span::Kind::render) spans_.push_back(&span);
    done_ = std::vector<std::atomic<std::size_t>>(spans_.size());
    rendered_.resize(spans_.size());
    // Those who keep secrets need not expect several threads.
    options_.secret = [this, secret = options.secret](const std::string& name) {
      const std::lock_guard lock(mutex_);
      return secret(name);
    };
    options_.stall_timeout = options.stall_timeout;
  }

  std::vector<RenderedSpan> run(const Requests& outer, const SpanOptions& options) {
    {
      std::vector<std::jthread> workers;
      const std::size_t count = at_once();
      working_ = count;
      for (std::size_t i = 0; i < count; ++i) workers.emplace_back([this] { work(); });
      while (working_ > 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (outer.stop) inner_.stop = true;
        inner_.pause = outer.pause.load();
        if (options.on_pictures) options.on_pictures(done());
      }
    }
    if (failure_) std::rethrow_exception(failure_);
    if (outer.stop) throw base::Interrupted("stopped before the end; no target was touched");
    return std::move(rendered_);
  }

 private:
  std::size_t at_once() const {
    // How to encode what is copied may not even be known.
    if (spans_.empty()) return 0;
    const std::size_t picture = static_cast<std::size_t>(format_.parameters->width) *
                                static_cast<std::size_t>(format_.parameters->height) * 3 / 2;
    const std::size_t fit = std::max<std::size_t>(1, memory / (picture * pictures_in_flight + 1));
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    return std::min({fit, cores, most_at_once, spans_.size()});
  }

  std::size_t done() const {
    std::size_t sum = 0;
    for (const auto& n : done_) sum += n;
    return sum;
  }

  RenderedSpan recalled_or_rendered(const Span& span, const SpanOptions& options) {
    const auto key = options.cache != nullptr && !span.marked ? key_of(prepared_, span, index_, format_) : std::nullopt;
    if (key)
      if (auto known = recall(*options.cache, *key, span.pictures(), options.spool)) return *std::move(known);
    RenderedSpan made = render_span(prepared_, span, index_, format_, inner_, options);
    if (key) keep(*options.cache, *key, made, options.spool);
    return made;
  }

  void work() {
    for (std::size_t i = 0; (i = next_++) < spans_.size() && !inner_.stop;) try {
        SpanOptions options = options_;
        options.on_pictures = [this, i](std::size_t pictures) { done_[i] = pictures; };
        rendered_[i] = recalled_or_rendered(*spans_[i], options);
        done_[i] = spans_[i]->pictures();
        malloc_trim(0);  // of a graph and an encoder, which are gone; the next ones fit into no gap of theirs
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        inner_.stop = true;  // the others would be in vain
      }
    --working_;
  }

  const Prepared& prepared_;
  const FileIndex& index_;
  const PictureFormat& format_;
  SpanOptions options_;
  std::vector<const Span*> spans_;
  std::vector<std::atomic<std::size_t>> done_;
  std::vector<RenderedSpan> rendered_;  ///< each written by one worker
  std::atomic<std::size_t> next_ = 0, working_ = 0;
  Requests inner_;
  std::mutex mutex_;  ///< guards failure_
  std::exception_ptr failure_;
};

}  // namespace

std::vector<RenderedSpan> render_spans(const Prepared& prepared, const planner::Plan& plan, const FileIndex& index,
                                       const PictureFormat& format, const Requests& requests,
                                       const SpanOptions& options) {
  return Pool(prepared, plan, index, format, options).run(requests, options);
}

}  // namespace reel::engine
