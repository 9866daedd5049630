#include "reel/http/events.hpp"

#include <utility>

namespace reel::http {
namespace {

std::string_view one_line(std::string_view text) { return text.substr(0, text.find_first_of("\r\n")); }

void append_data(std::string& out, std::string_view data) {
  for (std::size_t from = 0; from <= data.size();) {
    const auto end = std::min(data.find_first_of("\r\n", from), data.size());
    out.append("data: ").append(data.substr(from, end - from)).append("\n");
    from = end + (data.substr(end, 2) == "\r\n" ? 2 : 1);
  }
}

std::string encoded(const Event& event) {
  std::string text;
  if (!event.id.empty()) text.append("id: ").append(one_line(event.id)).append("\n");
  if (!event.name.empty()) text.append("event: ").append(one_line(event.name)).append("\n");
  append_data(text, event.data);
  return text.append("\n");
}

}  // namespace

bool EventStream::push(const Event& event) {
  const std::string text = encoded(event);
  std::unique_lock lock(mutex_);
  if (closed_) return false;
  if (waiting_.size() + text.size() > most_bytes_) {
    waiting_.clear();
    if (wake_) std::exchange(wake_, nullptr)(true);
    end(std::move(lock));
    return false;
  }
  waiting_ += text;
  // Once is enough until it has been taken.
  if (waiting_.size() == text.size() && wake_) wake_(false);
  return true;
}

void EventStream::close() {
  std::unique_lock lock(mutex_);
  if (!closed_ && wake_) wake_(false);
  end(std::move(lock));
}

bool EventStream::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

void EventStream::on_close(std::function<void()> call) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      on_close_ = std::move(call);
      return;
    }
  }
  call();
}

bool EventStream::take(std::string& out) {
  const std::lock_guard lock(mutex_);
  out += waiting_;
  waiting_ = {};
  return !closed_;
}

void EventStream::attach(std::function<void(bool cut)> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void EventStream::abandon() {
  std::unique_lock lock(mutex_);
  wake_ = nullptr;
  waiting_ = {};
  end(std::move(lock));
}

void EventStream::end(std::unique_lock<std::mutex> lock) {
  closed_ = true;
  const auto call = std::exchange(on_close_, nullptr);
  lock.unlock();
  if (call) call();
}

}  // namespace reel::http
