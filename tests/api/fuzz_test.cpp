/// Seeded calls, made from openapi.yaml and then damaged: whatever comes back is documented, and no fault of the server.
#include <gmock/gmock.h>

#include <random>

#include "api/contract.hpp"
#include "world.hpp"

namespace reel::api_test {
namespace {

using nlohmann::json;

class Maker {
 public:
  Maker(const http::Contract& contract, unsigned seed) : contract_(contract), random_(seed) {}

  Call call(const http::Operation& operation) {
    Call call{.method = operation.method, .path = operation.path};
    for (const auto& parameter : operation.path_parameters) {
      const std::string place = "{" + parameter.name + "}";
      call.path.replace(call.path.find(place), place.size(), segment(*parameter.schema));
    }
    std::string separator = "?";
    for (const auto& parameter : operation.query_parameters) {
      if (!chance(2)) continue;
      call.path += separator + parameter.name + "=" + escaped(text_of(value(*parameter.schema)));
      separator = "&";
    }
    if (chance(20)) call.path += separator + "surplus=1";
    if (operation.body != nullptr && !chance(10)) call.body = value(*operation.body);
    if (operation.body == nullptr && !operation.takes_file && operation.method != "HEAD" && chance(20))
      call.body = anything();
    if (operation.takes_file) add_part(call);
    if (operation.path.starts_with("/api/v1/uploads") && !chance(5))
      call.headers.emplace_back("Tus-Resumable", "1.0.0");
    if (operation.id == "streamEvents") call.on_bytes = [](std::string_view) { return false; };
    return call;
  }

  std::size_t below(std::size_t most) { return random_() % most; }

 private:
  bool chance(std::size_t one_in) { return below(one_in) == 0; }

  void add_part(Call& call) {
    call.headers.emplace_back("Upload-Length", std::to_string(below(20)));
    call.headers.emplace_back("Upload-Offset", chance(5) ? "x" : std::to_string(below(3)));
    if (!chance(5)) call.headers.emplace_back("Content-Type", "application/offset+octet-stream");
    call.bytes = std::string(below(10), 'b');
  }

  std::string segment(const json& schema) {
    std::string text = escaped(text_of(value(schema)));
    return text.empty() || text == "." || text == ".." ? "x" : text;
  }

  static std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

  static std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text)
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
        out += c;
      } else {
        constexpr std::string_view digits = "0123456789ABCDEF";
        out += '%';
        out += digits[static_cast<unsigned char>(c) >> 4U];
        out += digits[static_cast<unsigned char>(c) & 15U];
      }
    return out;
  }

  /// Of the schema, or now and then of none.
  json value(const json& given, int depth = 0) {
    if (chance(12) || depth > 6) return anything();
    const json& schema = contract_.schemas().resolved(given);
    if (schema.contains("enum")) return schema["enum"][below(schema["enum"].size())];
    if (schema.contains("const")) return schema["const"];
    const json types = schema.value("type", json("object"));
    const std::string type =
        types.is_array() ? types[below(types.size())].get<std::string>() : types.get<std::string>();
    if (type == "object") return object(schema, depth);
    if (type == "array") return json::array({value(schema.value("items", json::object()), depth + 1)});
    if (type == "integer" || type == "number") return number(schema);
    if (type == "boolean") return chance(2);
    return type == "null" ? json(nullptr) : json(text(schema));
  }

  json object(const json& schema, int depth) {
    json made = json::object();
    const json properties = schema.value("properties", json::object());
    for (const auto& [name, property] : properties.items())
      if (!chance(4)) made[name] = value(property, depth + 1);
    if (chance(10)) made["surplus"] = anything();
    return made;
  }

  json number(const json& schema) {
    const std::int64_t least = schema.value("minimum", -5), most = schema.value("maximum", std::int64_t{1} << 31);
    switch (below(5)) {
      case 0:
        return least;
      case 1:
        return most;
      case 2:
        return least - 1;
      default:
        return least + static_cast<std::int64_t>(below(5));
    }
  }

  std::string text(const json& schema) {
    static const std::vector<std::string> odd{"",
                                              "a",
                                              "ä€😀",
                                              "video:1",
                                              "../../etc/passwd",
                                              "'; DROP TABLE users; --",
                                              "\x01\x7f",
                                              "reel: 1\nname: x\nstages: []\n",
                                              "${env:HOME}",
                                              "a@b",
                                              "%00",
                                              "null"};
    if (chance(20)) return std::string(schema.value("maxLength", std::size_t{100}) + 1, 'x');
    return odd[below(odd.size())];
  }

  json anything() {
    switch (below(7)) {
      case 0:
        return nullptr;
      case 1:
        return true;
      case 2:
        return -1;
      case 3:
        return 1e300;
      case 4:
        return json::array({1, "a"});
      case 5:
        return {{"a", json::object()}};
      default:
        return "anything";
    }
  }

  const http::Contract& contract_;
  std::mt19937 random_;
};

class FuzzTest : public ApiTest {};

TEST_F(FuzzTest, two_thousand_calls_get_documented_answers) {
  const http::Contract contract(http::openapi_yaml());
  const Person user = person("user"), admin = person("admin", service::Role::admin);
  const service::VideoId video = ready_video(user);
  request(user, video);
  Maker maker(contract, 20240417);
  std::map<int, int> statuses;
  for (int i = 0; i < 2000; ++i) {
    const http::Operation& operation =
        contract.operations()[static_cast<std::size_t>(i) % contract.operations().size()];
    // These would end what the other calls need; the matrix has them.
    if (operation.id == "logout" || operation.id == "register" || operation.id == "login" ||
        operation.id == "changePassword" || operation.id == "deleteAccount")
      continue;
    Call call = maker.call(operation);
    call.token = maker.below(10) == 0 ? "" : maker.below(2) == 0 ? user.token : admin.token;
    SCOPED_TRACE("call " + std::to_string(i) + ": " + call.method + " " + call.path + " " + call.body.dump());
    const Answer answer = send(call);
    ++statuses[answer.status];
    ASSERT_LT(answer.status, 500) << answer.body;
  }
  for (const int status : {200, 400, 401, 403, 404}) EXPECT_GT(statuses[status], 5) << "hardly any " << status;
}

}  // namespace
}  // namespace reel::api_test
