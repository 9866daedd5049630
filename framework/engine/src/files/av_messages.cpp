#include "files/av_messages.hpp"

extern "C" {
#include <libavutil/log.h>
}

#include <array>
#include <string_view>
#include <utility>

#include "reel/base/text.hpp"

namespace reel::engine::av {
namespace {

constexpr std::size_t most_texts = 100;

/// All that there are. What a context carries is one of ours only if it is listed here.
struct Listeners {
  std::mutex mutex;
  std::set<void*> all;
};
Listeners& listeners() {
  static Listeners made;
  return made;
}

void* opaque_of(void* from) {
  if (from == nullptr) return nullptr;
  const AVClass* const known = *static_cast<AVClass**>(from);
  const std::string_view name = known != nullptr ? known->class_name : "";
  if (name == "AVCodecContext") return static_cast<AVCodecContext*>(from)->opaque;
  return name == "AVFormatContext" ? static_cast<AVFormatContext*>(from)->opaque : nullptr;
}

}  // namespace

Messages::Messages() {
  hear_libav();
  const std::lock_guard lock(listeners().mutex);
  listeners().all.insert(this);
}
Messages::~Messages() {
  const std::lock_guard lock(listeners().mutex);
  listeners().all.erase(this);
}

void Messages::add(std::string text) {
  const std::lock_guard lock(mutex_);
  if (texts_.size() < most_texts) texts_.insert(std::move(text));
}
std::set<std::string> Messages::texts() const {
  const std::lock_guard lock(mutex_);
  return texts_;
}

void note_message(void* from, int level, const char* format, va_list arguments) {
  void* const opaque = opaque_of(from);
  if (opaque == nullptr) return;
  const std::lock_guard lock(listeners().mutex);
  if (!listeners().all.contains(opaque)) return;
  std::array<char, 1024> line{};
  int prefix = 0;
  va_list copy;
  va_copy(copy, arguments);
  av_log_format_line2(from, level, format, copy, line.data(), static_cast<int>(line.size()), &prefix);
  va_end(copy);
  std::string_view text(line.data());
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (!text.empty()) static_cast<Messages*>(opaque)->add(base::printable(text));
}

}  // namespace reel::engine::av
