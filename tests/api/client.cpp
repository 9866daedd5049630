#include "client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>

#include "api/contract.hpp"

namespace reel::api_test {
namespace {

using nlohmann::json;

const http::Contract& contract() {
  static const http::Contract one(http::openapi_yaml());
  return one;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::vector<std::string> segments(const std::string& path) {
  std::vector<std::string> parts;
  std::istringstream in(path.substr(0, path.find('?')));
  for (std::string part; std::getline(in, part, '/');) parts.push_back(part);
  return parts;
}

bool matches(const std::string& path_template, const std::string& path) {
  const auto expected = segments(path_template), given = segments(path);
  return std::ranges::equal(expected, given, [](const std::string& want, const std::string& is) {
    return want == is || (want.starts_with('{') && !is.empty());
  });
}

/// The description of the operation; null: there is none. What is written out wins over a parameter.
const json* operation(const std::string& method, const std::string& path) {
  const json* best = nullptr;
  std::ptrdiff_t fewest = 100;
  for (const auto& [path_template, item] : contract().document()["paths"].items()) {
    const auto braces = std::ranges::count(path_template, '{');
    if (!matches(path_template, path) || braces >= fewest) continue;
    fewest = braces;
    const std::string key = lower(method) == "head" && !item.contains("head") ? "get" : lower(method);
    best = item.contains(key) ? &item[key] : nullptr;
  }
  return best;
}

std::string fault_of_body(const json& content, const Answer& answer) {
  const std::string field = answer.header("content-type");
  const std::string type = field.substr(0, field.find(';'));
  if (content.contains("*/*")) return {};
  if (!content.contains(type)) return "the media type " + field + " is not documented";
  if (type.find("json") == std::string::npos) return {};
  const json body = json::parse(answer.body, nullptr, false);
  if (body.is_discarded()) return "the body is no JSON: " + answer.body;
  for (const auto& fault : contract().schemas().faults(content[type]["schema"], body))
    return "the body at '" + fault.pointer + "' " + fault.message + ": " + answer.body;
  return {};
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& answer = *static_cast<Answer*>(user);
  const std::string line(data, size * count);
  if (line.starts_with("HTTP/")) answer.headers.clear();
  const auto colon = line.find(':');
  if (colon != std::string::npos) {
    std::string value = line.substr(colon + 1);
    value.erase(0, value.find_first_not_of(' '));
    value.erase(value.find_last_not_of("\r\n ") + 1);
    answer.headers.emplace(lower(line.substr(0, colon)), value);
  }
  return size * count;
}

struct Sink {
  Answer& answer;
  const Call& call;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& sink = *static_cast<Sink*>(user);
  if (sink.call.on_bytes) return sink.call.on_bytes({data, size * count}) ? size * count : 0;
  sink.answer.body.append(data, size * count);
  return size * count;
}

}  // namespace

std::string Answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string Answer::code() const {
  const nlohmann::json problem = nlohmann::json::parse(body, nullptr, false);
  return problem.is_object() ? problem.value("code", "") : "";
}

std::string undocumented(const std::string& method, const std::string& path, const Answer& answer) {
  const json* const described = operation(method, path);
  if (described == nullptr)
    return answer.status == 404 || answer.status == 405 || (answer.status == 204 && method == "OPTIONS")
               ? ""
               : "an answer where there is nothing";
  const json& responses = (*described)["responses"];
  const auto response = responses.find(std::to_string(answer.status));
  // What is said of all calls: they were no proper HTTP.
  if (response == responses.end() &&
      (answer.code() == "malformed-request" || (method == "HEAD" && answer.status == 400)))
    return {};
  if (response == responses.end())
    return "status " + std::to_string(answer.status) + " is not documented: " + answer.body;
  const json& expected = contract().schemas().resolved(*response);
  if (method == "HEAD") return {};
  if (!expected.contains("content")) return answer.body.empty() ? "" : "there is a body: " + answer.body;
  return fault_of_body(expected["content"], answer);
}

Client::Client(std::uint16_t port) : base_("http://127.0.0.1:" + std::to_string(port)), curl_(curl_easy_init()) {}
Client::~Client() { curl_easy_cleanup(curl_); }

Answer Client::call(const Call& call) {
  Answer answer;
  Sink sink{answer, call};
  curl_easy_reset(curl_);
  curl_slist* headers = nullptr;
  for (const auto& [name, value] : call.headers) headers = curl_slist_append(headers, (name + ": " + value).c_str());
  if (!call.token.empty()) headers = curl_slist_append(headers, ("Authorization: Bearer " + call.token).c_str());
  if (!call.body.is_null()) headers = curl_slist_append(headers, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Expect:");
  const std::string bytes = call.body.is_null() ? call.bytes : call.body.dump();
  if (!bytes.empty() || call.method == "POST" || call.method == "PATCH" || call.method == "PUT") {
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(bytes.size()));
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, bytes.c_str());
    if (call.body.is_null() &&
        std::ranges::none_of(call.headers, [](const auto& h) { return h.first == "Content-Type"; }))
      headers = curl_slist_append(headers, "Content-Type:");
  }
  if (call.method == "HEAD") curl_easy_setopt(curl_, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(curl_, CURLOPT_URL, (base_ + call.path).c_str());
  curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, call.method.c_str());
  curl_easy_setopt(curl_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, &take_header);
  curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &answer);
  curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &sink);
  curl_easy_setopt(curl_, CURLOPT_TIMEOUT, 60L);  // only against hanging
  const CURLcode code = curl_easy_perform(curl_);
  curl_slist_free_all(headers);
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && call.on_bytes))
    throw std::runtime_error(call.method + " " + call.path + ": " + curl_easy_strerror(code));
  if (!call.on_bytes) {
    EXPECT_EQ(undocumented(call.method, call.path, answer), "") << call.method << " " << call.path;
  }
  return answer;
}

}  // namespace reel::api_test
