#include "admission.hpp"

#include <algorithm>

#include "reel/base/text.hpp"
#include "text.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

constexpr std::string_view bearer = "Bearer ";

/// The pages of this origin may call, but with no cookie.
bool may_share(const Core& core, const Request& request, const std::string& origin) {
  return request.cookies.empty() && std::ranges::count(core.config.server.cors_origins, origin) > 0;
}

bool changes_something(const Request& request) {
  return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

/// The origin that pages of ours have, as a browser writes it.
std::string own_origin(const Core& core, const Request& request) {
  const std::string& configured = core.config.server.public_url;
  return configured.empty() ? (request.tls ? "https://" : "http://") + request.host : configured;
}

/// Keeps pages of other sites from calling with the user's cookies. A program that sends its token itself is no such page.
void check_origin(const Core& core, const Request& request, bool by_cookie) {
  if (!changes_something(request) || request.headers.find("Authorization") != nullptr) return;
  if (const std::string* origin = request.headers.find("Origin")) {
    if (*origin != own_origin(core, request) && !may_share(core, request, *origin))
      throw refusal("origin-mismatch", "a page of " + base::printable(*origin) + " may not call this server");
    return;
  }
  if (!by_cookie || request.headers.get("Sec-Fetch-Site") == "same-origin") return;
  throw refusal("origin-mismatch", "a call with cookies that changes something needs the header Origin");
}

void refuse_until(service::RateLimit::Clock::duration wait) {
  if (wait > service::RateLimit::Clock::duration::zero())
    throw refusal_for("rate-limited", "there were too many calls; wait a little",
                      1 + std::chrono::duration_cast<std::chrono::seconds>(wait).count());
}

void check_rate(Core& core, const std::string& key) { refuse_until(core.calls.take(key)); }

/// The token of the call; empty: none. `by_cookie` says whether it came in one.
std::string token_of(const Request& request, bool& by_cookie) {
  if (const std::string* header = request.headers.find("Authorization")) {
    if (!same_word(header->substr(0, bearer.size()), bearer) || request.headers.count("Authorization") > 1)
      throw refusal("unauthenticated", "the header Authorization is not `Bearer TOKEN`");
    return header->substr(bearer.size());
  }
  const std::string* const cookie = request.cookie("reel_access");
  by_cookie = cookie != nullptr;
  return by_cookie ? *cookie : std::string();
}

std::optional<service::Identity> identify(Core& core, const Operation& operation, const Request& request,
                                          const LazyStore& store) {
  const Access& access = operation.access;
  if (access.who == Access::Who::anyone) {
    check_origin(core, request, false);
    if (operation.rated) check_rate(core, service::limit_key(request.peer));
    return std::nullopt;
  }
  // First of all: whoever was refused too often costs nothing more.
  refuse_until(core.calls.wait(service::limit_key(request.peer)));
  bool by_cookie = false;
  const std::string token = token_of(request, by_cookie);
  if (token.empty()) {
    check_rate(core, service::limit_key(request.peer));
    throw refusal("unauthenticated", "this call needs a login or an API token");
  }
  auto caller = core.accounts.identify(store->accounts(), token);
  if (!caller) {
    check_rate(core, service::limit_key(request.peer));
    throw refusal("unauthenticated", "the token is not valid, or not any more");
  }
  check_rate(core, "user " + std::to_string(caller->user.id));
  check_origin(core, request, by_cookie);
  if (!access.tokens && caller->session() == nullptr)
    throw refusal("forbidden", "an API token may not do this; log in");
  if (access.who == Access::Who::admin && caller->user.role != service::Role::admin)
    throw refusal("forbidden", "this is for administrators");
  return caller;
}

/// A path that cannot be a thing's is one that leads nowhere.
void read_path(const Core& core, const Operation& operation, const Request& request, json& params) {
  for (const Parameter& parameter : operation.path_parameters) {
    json value = typed(request.capture(parameter.name), *parameter.schema);
    if (!core.contract.schemas().faults(*parameter.schema, value).empty()) throw not_found(parameter.name);
    params[parameter.name] = std::move(value);
  }
}

void read_query(const Core& core, const Operation& operation, const Request& request, json& params) {
  std::vector<Fault> faults;
  for (const auto& [name, text] : request.query) {
    const auto known = std::ranges::find(operation.query_parameters, name, &Parameter::name);
    if (known == operation.query_parameters.end() || params.contains(name)) {
      faults.push_back({"unknown-key", name, params.contains(name) ? "is given twice" : "is not known", ""});
      continue;
    }
    json value = typed(text, *known->schema);
    for (Fault& fault : core.contract.schemas().faults(*known->schema, value)) {
      fault.pointer = name;
      faults.push_back(std::move(fault));
    }
    params[name] = std::move(value);
  }
  for (const Parameter& parameter : operation.query_parameters)
    if (parameter.required && !params.contains(parameter.name))
      faults.push_back({"missing-key", parameter.name, "is missing", ""});
  if (!faults.empty())
    throw refusal("invalid-parameter", "the parameter " + base::printable(faults[0].pointer) + ": " + faults[0].message,
                  {{"errors", to_json(faults)}});
  for (const Parameter& parameter : operation.query_parameters)
    if (!params.contains(parameter.name) && parameter.schema->contains("default"))
      params[parameter.name] = (*parameter.schema)["default"];
}

/// Deeper than any body that is wanted: refused before it takes the parser anywhere.
bool is_too_deep(const std::string& text) {
  constexpr int deepest = 32;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '[' || c == '{') && ++depth > deepest)
      return true;
    else if (!quoted && (c == ']' || c == '}'))
      --depth;
  }
  return false;
}

/// Of a media type, what stands before its parameters.
std::string media_type(std::string_view field) {
  std::string type;
  for (const char c : field.substr(0, field.find(';')))
    if (c != ' ' && c != '\t') type += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return type;
}

json read_body(const Core& core, const Operation& operation, const Request& request) {
  if (operation.takes_file) return nullptr;
  if (request.body.empty()) {
    if (operation.body_required) throw refusal("invalid-body", "the call needs a body of JSON");
    return nullptr;
  }
  if (operation.body == nullptr) throw refusal("invalid-body", "the call takes no body");
  if (media_type(request.headers.get("Content-Type")) != "application/json")
    throw refusal("unsupported-media-type", "the body has to be application/json");
  if (is_too_deep(request.body)) throw refusal("invalid-body", "the body is nested too deeply");
  json body = json::parse(request.body, nullptr, false);
  if (body.is_discarded()) throw refusal("invalid-body", "the body is no JSON");
  const auto faults = core.contract.schemas().faults(*operation.body, body);
  if (faults.empty()) return body;
  throw refusal(
      "invalid-body",
      (faults[0].pointer.empty() ? "the body: " : base::printable(faults[0].pointer) + ": ") + faults[0].message,
      {{"errors", to_json(faults)}});
}

}  // namespace

Call admit(Core& core, const Operation& operation, Request& request) {
  Call call{request, operation, LazyStore(core.stores), std::nullopt, json::object(), nullptr};
  call.caller = identify(core, operation, request, call.store);
  read_path(core, operation, request, call.params);
  read_query(core, operation, request, call.params);
  call.body = read_body(core, operation, request);
  return call;
}

}  // namespace reel::http
