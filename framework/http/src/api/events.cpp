/// The stream of what changes.
#include <array>
#include <charconv>

#include "records.hpp"

namespace reel::http {
namespace {

std::optional<std::int64_t> last_event(const Request& request) {
  const std::string* const text = request.headers.find("Last-Event-ID");
  if (text == nullptr || text->empty()) return std::nullopt;
  std::int64_t mark = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), mark);
  if (error != std::errc{} || end != text->data() + text->size() || mark < 0)
    throw refusal("invalid-parameter", "the header Last-Event-ID is none that this server gave");
  return mark;
}

Response stream_events(Core& core, Call& call) {
  EventHub::Subscription what;
  what.user = call.user();
  if (call.params.contains("request")) what.request = own_request(call).id;
  what.since = last_event(call.request);
  if (const service::Session* const session = call.caller->session())
    what.session = session->id;
  else
    what.token = std::get<service::ApiToken>(call.caller->proof).id;
  auto stream = core.events.subscribe(what, static_cast<std::size_t>(core.limits.streams));
  if (!stream) throw refusal_for("too-many-streams", "close another event stream first", 30);
  // Proxies pass each event on at once.
  return {.status = 200, .headers = {{"X-Accel-Buffering", "no"}}, .body = std::move(stream)};
}

constexpr std::array<Binding, 1> event_bindings{{{"streamEvents", &stream_events}}};

}  // namespace

std::span<const Binding> event_handlers() { return event_bindings; }

}  // namespace reel::http
