#include "event_hub.hpp"

#include <algorithm>

#include "records.hpp"
#include "reel/base/log.hpp"

namespace reel::http {
namespace {

using nlohmann::json;
using service::Notice;

constexpr auto between_tellings = std::chrono::milliseconds(200);
constexpr auto between_checks = std::chrono::seconds(15);
constexpr auto patience = std::chrono::milliseconds(50);
constexpr int videos_at_first = 20, active_at_first = 100;
constexpr std::ptrdiff_t most_missed = 500;
constexpr std::size_t stream_bytes = 4'000'000;  // has to hold what a stream begins with

std::string dumped(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

Event request_event(const service::Request& request, std::int64_t mark) {
  return {std::to_string(mark), "request", dumped(summary_json(request))};
}

Event video_event(const service::Video& video) { return {"", "video", dumped(to_json(video))}; }

bool is_wanted(const EventHub::Subscription& what, const service::Request& request) {
  return request.kind == service::RequestKind::pipeline && (!what.request || *what.request == request.id);
}

/// What a new stream has to know: everything since its last event, or what has not ended.
void push_requests(const EventHub::Subscription& what, service::Store& store, std::int64_t mark, EventStream& stream) {
  if (what.since) {
    const auto missed = store.requests().changes(what.user, std::max<std::int64_t>(*what.since, 1)).requests;
    const auto first = missed.end() - std::min(std::ssize(missed), most_missed);
    for (auto request = first; request != missed.end(); ++request)
      if (is_wanted(what, *request)) stream.push(request_event(*request, mark));
    return;
  }
  for (const auto state : {service::RequestState::running, service::RequestState::queued})
    for (const auto& request : store.requests().list({.user = what.user, .state = state, .limit = active_at_first}))
      if (is_wanted(what, request)) stream.push(request_event(request, mark));
}

}  // namespace

EventHub::EventHub(StorePool& stores, OpenListener open)
    : stores_(stores), open_(std::move(open)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

EventHub::~EventHub() {
  thread_.request_stop();
  thread_.join();
  for (const auto& [user, audience] : audiences())
    for (const Subscriber& subscriber : audience->subscribers) subscriber.stream->close();
}

std::shared_ptr<EventStream> EventHub::subscribe(const Subscription& subscription, std::size_t most) {
  const auto store = stores_.borrow();
  const auto own = audience(subscription.user);
  const std::scoped_lock lock(own->mutex);
  std::erase_if(own->subscribers, [](const Subscriber& one) { return one.stream->closed(); });
  if (own->subscribers.size() >= most) return nullptr;
  // What changes between here and the first notice is read again, from this mark on.
  const std::int64_t mark = store->requests().changes(subscription.user, 0).mark;
  if (own->subscribers.empty()) {
    own->mark = mark;
    own->sent.clear();
  }
  auto stream = std::make_shared<EventStream>(stream_bytes);
  push_requests(subscription, *store, mark, *stream);
  if (!subscription.request)
    for (const auto& video : store->videos().list({.user = subscription.user, .limit = videos_at_first}))
      stream->push(video_event(video));
  own->subscribers.push_back({subscription, stream});
  return stream;
}

void EventHub::drop(service::UserId user, const std::string& session) {
  const auto own = audience(user);
  const std::scoped_lock lock(own->mutex);
  for (const Subscriber& subscriber : own->subscribers) {
    if (!session.empty() && subscriber.what.session != session) continue;
    subscriber.stream->push({"", "end", "{}"});
    subscriber.stream->close();
  }
}

std::shared_ptr<EventHub::Audience> EventHub::audience(service::UserId user) {
  const std::scoped_lock lock(mutex_);
  auto& audience = audiences_[user];
  if (!audience) audience = std::make_shared<Audience>();
  return audience;
}

std::vector<std::pair<service::UserId, std::shared_ptr<EventHub::Audience>>> EventHub::audiences() const {
  const std::scoped_lock lock(mutex_);
  return {audiences_.begin(), audiences_.end()};
}

std::size_t EventHub::streams() const {
  std::size_t count = 0;
  for (const auto& [user, audience] : audiences()) {
    const std::scoped_lock lock(audience->mutex);
    count += audience->subscribers.size();
  }
  return count;
}

void EventHub::run(const std::stop_token& stop) {
  const auto listener = open_();
  while (!stop.stop_requested()) {
    note(listener->wait(patience));
    try {
      const auto store = stores_.borrow();
      tell_all(*store);
    } catch (const base::Error& fault) {
      // The listener says `all` once the database is back; what is due stays so.
      base::log(base::Level::warning, std::string("Events wait: ") + fault.what());
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }
}

void EventHub::note(const std::vector<Notice>& notices) {
  const std::scoped_lock lock(mutex_);
  for (const Notice& notice : notices) {
    if (notice.about == Notice::About::all)
      for (const auto& [user, audience] : audiences_) {
        const std::scoped_lock own(audience->mutex);
        audience->changed = true;
      }
    const auto found = audiences_.find(notice.user);
    if (found == audiences_.end()) continue;
    const std::scoped_lock own(found->second->mutex);
    if (notice.about == Notice::About::request) found->second->changed = true;
    auto& videos = found->second->videos;
    if (notice.about == Notice::About::video && std::ranges::find(videos, notice.id) == videos.end())
      videos.push_back(notice.id);
  }
}

void EventHub::tell_all(service::Store& store) {
  const auto now = Clock::now();
  for (const auto& [user, audience] : audiences()) {
    const std::scoped_lock lock(audience->mutex);
    std::erase_if(audience->subscribers, [](const Subscriber& one) { return one.stream->closed(); });
    if (audience->subscribers.empty()) continue;
    if (now - audience->checked_at > between_checks) check(user, *audience, store);
    if ((audience->changed || !audience->videos.empty()) && now - audience->told_at > between_tellings)
      tell(user, *audience, store);
  }
  forget_empty();
}

void EventHub::tell(service::UserId user, Audience& audience, service::Store& store) {
  if (audience.changed) tell_requests(user, audience, store);
  tell_videos(user, audience, store);
  audience.changed = false;
  audience.videos.clear();
  audience.told_at = Clock::now();
}

void EventHub::tell_requests(service::UserId user, Audience& audience, service::Store& store) {
  const auto changes = store.requests().changes(user, audience.mark);
  for (const auto& request : changes.requests) {
    const Event event = request_event(request, changes.mark);
    std::size_t& sent = audience.sent[request.id];
    const std::size_t hash = std::hash<std::string>()(event.data);
    if (hash == sent) continue;
    sent = hash;
    for (const Subscriber& subscriber : audience.subscribers)
      if (is_wanted(subscriber.what, request)) subscriber.stream->push(event);
  }
  audience.mark = changes.mark;
}

void EventHub::tell_videos(service::UserId user, Audience& audience, service::Store& store) {
  for (const service::VideoId id : audience.videos) {
    const auto video = store.videos().find(id);
    if (video && (video->user != user || service::upload_of(video->url).empty())) continue;
    const Event event = video ? video_event(*video) : Event{"", "video-removed", dumped({{"id", id}})};
    for (const Subscriber& subscriber : audience.subscribers)
      if (!subscriber.what.request) subscriber.stream->push(event);
  }
}

void EventHub::check(service::UserId user, Audience& audience, service::Store& store) {
  const auto account = store.accounts().user(user);
  const auto sessions = store.accounts().sessions(user);
  const auto tokens = store.accounts().api_tokens(user);
  for (const Subscriber& one : audience.subscribers) {
    const bool lives = one.what.session.empty()
                           ? std::ranges::count(tokens, one.what.token, &service::ApiToken::id) > 0
                           : std::ranges::count(sessions, one.what.session, &service::Session::id) > 0;
    if (lives && account && !account->disabled) continue;
    one.stream->push({"", "end", "{}"});
    one.stream->close();
  }
  audience.checked_at = Clock::now();
}

void EventHub::forget_empty() {
  const std::scoped_lock lock(mutex_);
  // An audience that someone else holds is being joined.
  std::erase_if(audiences_,
                [](const auto& one) { return one.second.use_count() == 1 && one.second->subscribers.empty(); });
}

}  // namespace reel::http
