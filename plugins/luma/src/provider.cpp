#include "provider.hpp"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <memory>

#include "account.hpp"
#include "dream_machine.hpp"
#include "errors.hpp"
#include "http.hpp"
#include "prices.hpp"
#include "service.hpp"

namespace reel::luma {

namespace {

/// An answer 429 says that nothing was made, so create() may ask again, but waits no longer than this for it.
constexpr long longest_wait = 60;
constexpr int most_waits = 3;
/// For so long after a create() began, Luma may still be at work on it, and the list need not have it.
constexpr std::int64_t settle_seconds = 20;
/// How far Luma's clocks may be from each other.
constexpr std::int64_t skew_seconds = 60;
constexpr int page_size = 100, most_pages = 100;

/// One request's service and account. Throws REEL_ERROR_DENIED without a key.
class Call {
 public:
  Call(const reel_host* host, const std::string& prepared)
      : host_(host),
        prepared_(parse(prepared)),
        service_(luma::service(string_at(prepared_, "api"))),
        account_(Account::of(host, service_)) {}

  static Json parse(const std::string& prepared) {
    auto json = parse_json(prepared);
    if (!json) throw ExtensionError(REEL_ERROR_INVALID, "this is no prepared request");
    return *json;
  }

  const Json& prepared() const { return prepared_; }
  const Service& service() const { return service_; }
  const Account& account() const { return account_; }

  Answer get(const std::string& path, const Task& task) const {
    try {
      return ask(host_, url(path), key(), nullptr, &task);
    } catch (const NoAnswer& e) {
      throw ExtensionError(REEL_ERROR_BUSY, std::string(service_.name()) + " cannot be asked: " + e.what());
    }
  }

  /// Goes on to the end once it has begun: what was sent may be paid for.
  Answer post(const std::string& path, const Json& body) const {
    const std::string text = body.dump();
    try {
      return ask(host_, url(path), key(), &text, nullptr);
    } catch (const NoAnswer& e) {
      const std::string said = std::string(service_.name()) + " did not answer: " + e.what();
      if (!e.sent) throw ExtensionError(REEL_ERROR_BUSY, said + "; nothing was asked for");
      throw ExtensionError(REEL_ERROR_UNCERTAIN, said + "; it may have been made all the same");
    }
  }

  ExtensionError error(const Answer& answer, Asked asked) const {
    return error_of(answer, asked, service_.name(), account_.key);
  }

  /// An answer to what is asked for free. Throws what else it is.
  Json object(const Answer& answer) const {
    if (answer.status < 200 || answer.status >= 300) throw error(answer, Asked::for_free);
    const auto json = parse_json(answer.body);
    if (!json || !json->is_object())
      throw ExtensionError(REEL_ERROR_BUSY,
                           std::string(service_.name()) + " answered with something that is no JSON object");
    return *json;
  }

  Json generation(const std::string& id, const Task& task) const { return object(get("generations/" + id, task)); }

 private:
  std::string url(const std::string& path) const { return account_.base + "/" + path; }
  const std::string& key() const {
    if (account_.key.empty())
      throw ExtensionError(REEL_ERROR_DENIED, std::string("no key for ") + service_.name() + ": set the secret " +
                                                  service_.secret() + " or the variable " + service_.key_variable());
    return account_.key;
  }

  const reel_host* host_;
  Json prepared_;
  const Service& service_;
  Account account_;
};

/// The end of a callback's address that makes a lost generation known again.
std::string mark_of(const std::string& intent) {
  const std::unique_ptr<gchar, void (*)(gpointer)> escaped(g_uri_escape_string(intent.c_str(), nullptr, FALSE), g_free);
  return std::string("intent=") + escaped.get();
}

std::string callback_for(const std::string& intent) {
  const char* const base = std::getenv("LUMA_CALLBACK_URL");
  if (base == nullptr || *base == '\0') return {};
  const std::string url = base;
  return url + (url.find('?') == std::string::npos ? "?" : "&") + mark_of(intent);
}

void wait(long seconds, const Task& task) {
  const std::string state = "waiting for Luma, " + std::to_string(seconds) + " s";
  task.progress(-1, state.c_str());
  for (long i = 0; i < seconds * 10; ++i) {
    task.check();
    usleep(100'000);
  }
}

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? static_cast<unsigned>(std::strtoul(value, nullptr, 10)) : otherwise;
}

/// Ids go into paths.
bool is_id(const std::string& text) {
  return !text.empty() && text.size() <= 100 &&
         std::ranges::all_of(text, [](char c) { return g_ascii_isalnum(c) != 0 || c == '-' || c == '_'; });
}

const std::string& checked_id(const std::string& id) {
  if (!is_id(id)) throw ExtensionError(REEL_ERROR_INVALID, "'" + id + "' is no id of a generation");
  return id;
}

/// Looks for a lost generation in the list.
class Search {
 public:
  Search(const Json& body, const LostAnswer& lost) : body_(body), lost_(lost) {}

  /// False: what comes after this page is older than the request. `clock`: the server's, or 0.
  bool take(const Json& page, std::int64_t clock) {
    const std::int64_t since = lost_.since + (clock != 0 ? clock - std::time(nullptr) : 0) - skew_seconds;
    bool goes_on = false;
    std::int64_t last = std::numeric_limits<std::int64_t>::max();
    for (const Json& generation : page) {
      const std::int64_t created = parse_created(string_at(generation, "created_at")).value_or(since);
      goes_on = goes_on || created >= since || created > last;  // that the newest come first is not documented
      last = created;
      if (created >= since) consider(generation, created);
    }
    return goes_on;
  }
  const std::string& found() const { return found_; }
  /// It bears the intent; otherwise, it is what was asked for, as far as the list says.
  bool is_certain() const { return certain_; }

 private:
  void consider(const Json& generation, std::int64_t created) {
    const std::string id = string_at(generation, "id");
    if (id.empty() || std::ranges::find(lost_.taken, id) != lost_.taken.end()) return;
    const Json request = generation.value("request", Json());
    const std::string callback = string_at(request, "callback_url");
    const bool certain = callback.ends_with(mark_of(lost_.intent));
    if (!certain && (certain_ || !callback.empty() || !is_echo_of(request, body_))) return;
    if (certain == certain_ && !found_.empty() && created_ <= created) return;  // of several, the first that was made
    found_ = id, created_ = created, certain_ = certain;
  }

  const Json& body_;
  const LostAnswer& lost_;
  std::string found_;
  std::int64_t created_ = 0;
  bool certain_ = false;
};

bool takes_input(const Call& call) {
  const Json body = call.prepared().at("body");
  return call.service().body(body, "an address", "") != body;
}

ExtensionError uncertain(const char* why) {
  return {REEL_ERROR_UNCERTAIN, std::string("it cannot be told whether Luma made it: ") + why};
}

}  // namespace

std::string LumaProvider::prepare(const ProviderRequest& request) const {
  const Ask ask(request);
  if (ask.edits() && ask.text("action") != "modify" && ask.given("during"))
    throw ParamError("during", ask.text("action") + " changes all of the clip; leave this out");
  const Service& service = chosen(host(), ask);
  const Creation made = service.prepare(ask);
  Json prepared{{"api", service.id()}, {"path", made.path}, {"body", made.body}};
  if (ask.edits()) prepared["seconds"] = ask.input_seconds();
  // What another server makes, an emulator for one, is not what Luma would have made.
  if (const std::string base = Account::of(host(), service).base; base != service.base()) prepared["address"] = base;
  return prepared.dump();
}

ProviderLimits LumaProvider::limits(const std::string& prepared) const {
  const Call call(host(), prepared);
  // Of the build tier, the lowest that is paid for.
  return {call.account().labelled(call.service().name()), call.account().name(),
          from_environment("LUMA_CONCURRENT", 10), from_environment("LUMA_PER_MINUTE", 20), takes_input(call)};
}

ProviderEstimate LumaProvider::estimate(const std::string& prepared) const {
  return luma::estimate(Call::parse(prepared));
}

std::string LumaProvider::create(const std::string& prepared, const std::string& input, const std::string& intent,
                                 const Task& task) const {
  const Call call(host(), prepared);
  const Json& plan = call.prepared();
  if (!input.empty() && !is_fetchable(input))
    throw ExtensionError(REEL_ERROR_INVALID, "Luma fetches the input itself, so it must have an https address");
  const Json body = call.service().body(plan.at("body"), input, callback_for(intent));
  for (int waits = 0;; ++waits) {
    task.check();
    const Answer answer = call.post(plan.at("path"), body);
    if (answer.status >= 200 && answer.status < 300) {
      const auto made = parse_json(answer.body);
      const std::string id = made ? string_at(*made, "id") : "";
      if (!is_id(id)) throw uncertain("its answer has no id");
      return id;
    }
    const bool waits_for_it = answer.status == 429 && answer.retry_after > 0 && answer.retry_after <= longest_wait;
    if (!waits_for_it || waits >= most_waits) throw call.error(answer, Asked::to_create);
    wait(answer.retry_after, task);
  }
}

std::string LumaProvider::find(const std::string& prepared, const std::string& input, const LostAnswer& lost,
                               const Task& task) const {
  const Call call(host(), prepared);
  if (!call.service().lists()) throw uncertain("the Agents API has no list of what it made");
  const Json body = call.service().body(call.prepared().at("body"), input, "");
  Search search(body, lost);
  std::size_t offset = 0;
  for (int pages = 0; pages < most_pages; ++pages) {
    const std::string query = "?limit=" + std::to_string(page_size) + "&offset=" + std::to_string(offset);
    const Answer answer = call.get("generations" + query, task);
    const Json listing = call.object(answer), page = listing.value("generations", Json());
    if (!page.is_array()) throw ExtensionError(REEL_ERROR_BUSY, "Luma answered with something that is no list");
    offset += page.size();
    if (search.take(page, answer.date) && listing.value("has_more", true)) continue;
    const std::string found = search.found();
    // The list does not say which generation was upscaled or given sound.
    if (!found.empty() && !search.is_certain() && !body.contains("model")) throw uncertain("the list has one like it");
    if (!found.empty()) return checked_id(found);
    if (std::time(nullptr) < lost.since + settle_seconds)
      throw ExtensionError(REEL_ERROR_BUSY, "Luma may still be taking the request; ask again in a while");
    throw ExtensionError(REEL_ERROR_NOT_FOUND, "Luma has made nothing for this request");
  }
  throw uncertain("its list is too long");
}

Generation LumaProvider::look(const std::string& prepared, const std::string& id, const Task& task) const {
  const Call call(host(), prepared);
  Generation seen = call.service().read(call.generation(checked_id(id), task));
  seen.words = call.account().labelled(seen.words);
  return seen;
}

void LumaProvider::fetch(const std::string& prepared, const std::string& id, const std::string& path,
                         const Task& task) const {
  const Call call(host(), prepared);
  const std::string url = call.service().result(call.generation(checked_id(id), task));
  if (url.empty()) throw ExtensionError(REEL_ERROR_NOT_FOUND, "the generation " + id + " has no result");
  download(host(), url, path, task);
}

}  // namespace reel::luma
