#include "reel/http/message.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "text.hpp"

namespace reel::http {
namespace {

const std::string* first_of(const Pairs& pairs, std::string_view name) {
  const auto found = std::ranges::find(pairs, name, &Pairs::value_type::first);
  return found == pairs.end() ? nullptr : &found->second;
}

auto is_named(std::string_view name) {
  return [name](const Pairs::value_type& field) { return same_word(field.first, name); };
}

std::string dumped(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void Fields::set(std::string_view name, std::string value) {
  remove(name);
  add(std::string(name), std::move(value));
}

void Fields::remove(std::string_view name) { std::erase_if(fields_, is_named(name)); }

const std::string* Fields::find(std::string_view name) const {
  const auto found = std::ranges::find_if(fields_, is_named(name));
  return found == fields_.end() ? nullptr : &found->second;
}

std::string_view Fields::get(std::string_view name) const {
  const std::string* value = find(name);
  return value == nullptr ? std::string_view{} : *value;
}

std::size_t Fields::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(fields_, is_named(name)));
}

std::string_view Request::path() const { return std::string_view(target).substr(0, target.find('?')); }

const std::string* Request::query_value(std::string_view name) const { return first_of(query, name); }

const std::string* Request::cookie(std::string_view name) const { return first_of(cookies, name); }

const std::string& Request::capture(std::string_view name) const {
  const auto found = captures.find(name);
  if (found == captures.end()) throw std::logic_error("no {" + std::string(name) + "} in " + route);
  return found->second;
}

Response text_response(int status, std::string body, std::string content_type) {
  return {status, {{"Content-Type", std::move(content_type)}}, std::move(body)};
}

Response json_response(int status, const nlohmann::json& body) {
  return text_response(status, dumped(body), "application/json");
}

Response no_content() { return {.status = 204}; }

Response problem(int status, std::string_view code, std::string_view title, std::string_view detail) {
  return problem(status, code, title, detail, nullptr);
}

Response problem(int status, std::string_view code, std::string_view title, std::string_view detail,
                 const nlohmann::json& extra) {
  nlohmann::json body = extra.is_object() ? extra : nlohmann::json::object();
  body["type"] = "urn:reelwork:problem:" + std::string(code);
  body["title"] = title;
  body["status"] = status;
  body["code"] = code;
  body["detail"] = detail;
  return text_response(status, dumped(body), "application/problem+json");
}

}  // namespace reel::http
