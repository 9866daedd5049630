#include "event_hub.hpp"

#include <algorithm>
#include <iterator>

#include "records.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"

namespace reel::http {
namespace {

using nlohmann::json;
using service::Notice;

constexpr auto between_tellings = std::chrono::milliseconds(200);
constexpr auto between_checks = std::chrono::seconds(15);
constexpr auto patience = std::chrono::milliseconds(50);
constexpr int videos_at_first = 20, active_at_first = 100;
constexpr std::size_t stream_bytes = 4'000'000;
// A stream has to hold what it begins with, or it could never begin: 500 requests that were missed, and the videos.
constexpr std::size_t most_event_bytes = 7'500;
static_assert((500 + videos_at_first) * most_event_bytes < stream_bytes);

std::string dumped(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// Escapes may make six bytes of one.
void shorten(json& text) {
  constexpr std::size_t longest = 200;
  if (text.is_string()) text = base::beginning(text.get_ref<const std::string&>(), longest);
}

/// What is too large to be told stays to be asked for.
Event request_event(const service::Request& request) {
  json summary = summary_json(request);
  std::string data = dumped(summary);
  if (data.size() > most_event_bytes) {
    summary["stages"] = json::array();
    shorten(summary["name"]);
    for (json& member : summary["error"]) shorten(member);
    data = dumped(summary);
  }
  return {"", "request", std::move(data)};
}

Event video_event(const service::Video& video) {
  json shown = to_json(video);
  std::string data = dumped(shown);
  if (data.size() > most_event_bytes) {
    shown["media"] = nullptr;
    shown.erase("sprite");
    for (const char* const key : {"name", "fault"}) shorten(shown[key]);
    data = dumped(shown);
  }
  return {"", "video", std::move(data)};
}

/// False: that is what was told last.
template <class Id>
bool is_news(std::map<Id, std::size_t>& told, Id id, const Event& event) {
  const std::size_t hash = std::hash<std::string>()(event.data);
  return std::exchange(told[id], hash) != hash;
}

/// The user's list has those that have expired, too.
bool is_live(const service::ApiToken& token) {
  return token.expires_at.empty() || seconds_since(token.expires_at).value_or(0) < 0;
}

bool is_wanted(const EventHub::Subscription& what, const service::Request& request) {
  return request.kind == service::RequestKind::pipeline && (!what.request || *what.request == request.id);
}

std::vector<service::Request> requests_at_first(const EventHub::Subscription& what, service::Store& store) {
  if (what.request) {
    // Whatever it is now: who waits for its end may have come too late for it.
    const auto one = store.requests().find(*what.request);
    return one ? std::vector{*one} : std::vector<service::Request>{};
  }
  if (what.since) return store.requests().changes(what.user, std::max<std::int64_t>(*what.since, 1)).requests;
  std::vector<service::Request> active;
  for (const auto state : {service::RequestState::running, service::RequestState::queued})
    std::ranges::move(store.requests().list({.user = what.user, .state = state, .limit = active_at_first}),
                      std::back_inserter(active));
  return active;
}

/// Of events that are read together the last one alone has the mark: a client that comes back with it has had all of them.
void push_together(std::vector<Event> events, std::int64_t mark, EventStream& stream) {
  if (!events.empty()) events.back().id = std::to_string(mark);
  for (const Event& event : events) stream.push(event);
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
    own->shown.clear();
    own->checked_at = Clock::now();
  }
  auto stream = std::make_shared<EventStream>(stream_bytes);
  std::vector<Event> events;
  for (const auto& request : requests_at_first(subscription, *store))
    if (is_wanted(subscription, request)) events.push_back(request_event(request));
  if (!subscription.request)
    for (const auto& video : store->videos().list({.user = subscription.user, .limit = videos_at_first})) {
      events.push_back(video_event(video));
      // What the others were told last stays as it is: they may not have been told this.
      own->shown.try_emplace(video.id, std::hash<std::string>()(events.back().data));
    }
  push_together(std::move(events), mark, *stream);
  own->subscribers.push_back({subscription, stream});
  return stream;
}

void EventHub::drop(service::UserId user, const std::function<bool(const Subscription&)>& which) {
  const auto own = audience(user);
  const std::scoped_lock lock(own->mutex);
  for (const Subscriber& subscriber : own->subscribers) {
    if (!which(subscriber.what)) continue;
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

void EventHub::run(const std::stop_token& stop) {
  std::unique_ptr<service::Listener> listener;
  while (!stop.stop_requested()) {
    try {
      if (!listener) listener = open_();
      note(listener->wait(patience));
      tell_all();
    } catch (const std::exception& fault) {
      // Whatever it was, it ends no more than this round: what is due stays so.
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
        audience->unsure = true;
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

void EventHub::tell_all() {
  const auto now = Clock::now();
  const LazyStore store(stores_);
  for (const auto& [user, audience] : audiences()) {
    const std::scoped_lock lock(audience->mutex);
    std::erase_if(audience->subscribers, [](const Subscriber& one) { return one.stream->closed(); });
    if (audience->subscribers.empty()) continue;
    if (now - audience->checked_at > between_checks) {
      check(user, *audience, *store);
      // A program that dies between its change and the notice of it tells nobody.
      audience->unsure = true;
    }
    const bool due = audience->changed || audience->unsure || !audience->videos.empty();
    if (due && now - audience->told_at > between_tellings) tell(user, *audience, *store);
  }
  forget_empty();
}

void EventHub::tell(service::UserId user, Audience& audience, service::Store& store) {
  if (audience.changed || audience.unsure) tell_requests(user, audience, store);
  if (audience.unsure) compare_videos(user, audience, store);
  tell_videos(user, audience, store);
  audience.changed = audience.unsure = false;
  audience.videos.clear();
  audience.told_at = Clock::now();
}

void EventHub::tell_requests(service::UserId user, Audience& audience, service::Store& store) {
  const auto changes = store.requests().changes(user, audience.mark);
  std::vector<std::vector<Event>> news(audience.subscribers.size());
  for (const auto& request : changes.requests) {
    const Event event = request_event(request);
    if (!is_news(audience.sent, request.id, event)) continue;
    for (std::size_t i = 0; i < news.size(); ++i)
      if (is_wanted(audience.subscribers[i].what, request)) news[i].push_back(event);
  }
  for (std::size_t i = 0; i < news.size(); ++i)
    push_together(std::move(news[i]), changes.mark, *audience.subscribers[i].stream);
  audience.mark = changes.mark;
}

void EventHub::compare_videos(service::UserId user, Audience& audience, service::Store& store) {
  const auto newest = store.videos().list({.user = user, .limit = videos_at_first});
  const bool all = std::ssize(newest) < videos_at_first;
  for (const auto& video : newest) audience.videos.push_back(video.id);
  for (const auto& [id, hash] : audience.shown)
    if (all || id > newest.back().id) audience.videos.push_back(id);
  std::ranges::sort(audience.videos);
  audience.videos.erase(std::unique(audience.videos.begin(), audience.videos.end()), audience.videos.end());
}

void EventHub::tell_videos(service::UserId user, Audience& audience, service::Store& store) {
  for (const service::VideoId id : audience.videos) {
    const auto video = store.videos().find(id);
    if (video && (video->user != user || service::upload_of(video->url).empty())) continue;
    const Event event = video ? video_event(*video) : Event{"", "video-removed", dumped({{"id", id}})};
    if (!is_news(audience.shown, id, event)) continue;
    if (!video) audience.shown.erase(id);
    for (const Subscriber& subscriber : audience.subscribers)
      if (!subscriber.what.request) subscriber.stream->push(event);
  }
}

void EventHub::check(service::UserId user, Audience& audience, service::Store& store) {
  const auto account = store.accounts().user(user);
  const auto sessions = store.accounts().sessions(user);
  const auto tokens = store.accounts().api_tokens(user);
  for (const Subscriber& one : audience.subscribers) {
    const auto is_own = [&](const service::ApiToken& token) { return token.id == one.what.token && is_live(token); };
    const bool lives = one.what.session.empty()
                           ? std::ranges::any_of(tokens, is_own)
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
