/// Every operation, by everyone: authorization.txt says what each gets.
#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

#include "api/contract.hpp"
#include "world.hpp"

namespace reel::api_test {
namespace {

using nlohmann::json;

const std::vector<std::string> columns{"anonymous", "other", "owner", "admin", "expired", "revoked", "tampered", "api"};

struct Row {
  std::string operation;
  std::map<std::string, int> status;
};

std::vector<Row> read_matrix() {
  std::vector<Row> rows;
  std::ifstream in(std::string(REEL_SOURCE_DIR) + "/tests/api/authorization.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    Row row;
    words >> row.operation;
    for (const std::string& column : columns) words >> row.status[column];
    rows.push_back(row);
  }
  return rows;
}

/// Things of the owner, new for each call.
struct Things {
  service::VideoId video = 0, idle = 0;
  service::RequestId request = 0, finished = 0;
  service::WebhookId webhook = 0;
  std::int64_t token = 0;
  std::string session, upload;
};

class AuthorizationTest : public ApiTest {
 protected:
  Things things() {
    Things made;
    auto& accounts = store->accounts();
    made.video = ready_video(owner_);
    made.idle = ready_video(owner_);
    made.request = queued(made.video);
    made.finished = queued(made.video);
    succeed(made.finished, "out.mp4", "bytes");
    made.webhook = store->webhooks().add(owner_.id, "https://example.org/", "sealed");
    made.token = accounts.add_api_token({.user = owner_.id, .name = "t", .hint = "abcd", .hash = unique()});
    made.session =
        accounts.add_session({.user = owner_.id, .refresh_hash = unique(), .lifetime = std::chrono::hours(1)});
    made.upload = unique().substr(0, 32);
    store->videos().add_upload({.id = made.upload, .user = owner_.id, .length = 10, .name = "clip"},
                               std::chrono::hours(1));
    return made;
  }

  service::RequestId queued(service::VideoId video) {
    const json pipeline = blur_pipeline(video);
    service::NewRequest request;
    request.user = owner_.id;
    request.video = video;
    request.pipeline_yaml = pipeline["pipeline"];
    request.params = {{"input", pipeline["params"]["input"]}};
    request.for_workers = true;
    return store->requests().create(request).id;
  }

  std::string unique() {
    std::string text = std::to_string(++count_);
    text.insert(0, 32 - text.size(), '0');
    return text;
  }

  /// The call of an operation that would succeed, if the caller may.
  Call call_of(const http::Operation& operation, const Things& made) const {
    Call call{.method = operation.method, .path = operation.path};
    const std::string request = std::to_string(needs_finished.contains(operation.id) ? made.finished : made.request);
    const std::map<std::string, std::string> values{
        {"video", std::to_string(operation.id == "removeVideo" ? made.idle : made.video)},
        {"request", request},
        {"webhook", std::to_string(made.webhook)},
        {"token", std::to_string(made.token)},
        {"session", made.session},
        {"upload", made.upload},
        {"user", std::to_string(other_.id)},
        {"rendition", "content"},
        {"artifact", "out.mp4"},
        {"owner", "reel"},
        {"stage", "blur"}};
    for (const auto& [name, value] : values)
      if (const auto at = call.path.find("{" + name + "}"); at != std::string::npos)
        call.path.replace(at, name.size() + 2, value);
    call.body = body_of(operation.id, made);
    if (operation.path.starts_with("/api/v1/uploads")) call.headers.emplace_back("Tus-Resumable", "1.0.0");
    if (operation.id == "createUpload") call.headers.emplace_back("Upload-Length", "10");
    if (operation.id == "appendToUpload") {
      call.headers.emplace_back("Upload-Offset", "0");
      call.headers.emplace_back("Content-Type", "application/offset+octet-stream");
      call.bytes = "12345";
    }
    if (operation.id == "streamEvents") {
      call.path += "?request=" + request;
      call.on_bytes = [](std::string_view) { return false; };
    }
    return call;
  }

  json body_of(const std::string& operation, const Things& made) const {
    const std::map<std::string, json> bodies{
        {"register", {{"email", owner_.email}, {"password", "another long password"}}},
        {"login", {{"email", "nobody@example.org"}, {"password", "wrong password"}}},
        {"refreshSession", {{"refresh_token", "none"}}},
        {"deleteAccount", {{"password", "wrong password"}}},
        {"changePassword", {{"old_password", "wrong password"}, {"new_password", "another long password"}}},
        {"makeToken", {{"name", "script"}}},
        {"renameVideo", {{"name", "new name"}}},
        {"submitRequest", blur_pipeline(made.video)},
        {"checkPipeline", {{"pipeline", blur_pipeline(made.video)["pipeline"]}}},
        {"readPrompt", {{"prompt", "blur the video"}, {"video", made.video}}},
        {"makeWebhook", {{"url", "http://127.0.0.1/"}}},
        {"changeUser", {{"quota", {{"concurrent_jobs", 3}}}}},
        {"drainWorkers", {{"drain", true}}}};
    const auto found = bodies.find(operation);
    return found == bodies.end() ? json(nullptr) : found->second;
  }

  /// A token for one call: sessions that the call ends are not needed again.
  std::string token_of(const std::string& column) {
    if (column == "anonymous") return "";
    if (column == "expired") return expired_;
    if (column == "revoked") return revoked_;
    if (column == "tampered") {
      // In the middle of the signature: the last character may carry bits that mean nothing.
      std::string token = owner_.token;
      char& changed = token[token.size() - 10];
      changed = changed == 'A' ? 'B' : 'A';
      return token;
    }
    if (column == "api") return api_;
    const Person& who = column == "other" ? other_ : column == "admin" ? admin_ : owner_;
    return log_in(who).access;
  }

  void prepare() {
    service::Config roomy = config();
    roomy.limits.tokens = roomy.limits.active_jobs = roomy.limits.webhooks = 1'000'000;
    restart(roomy);
    owner_ = person("owner");
    other_ = person("other");
    admin_ = person("admin", service::Role::admin);
    api_ = post(owner_, "/api/v1/auth/tokens", {{"name", "matrix"}}).json()["secret"];
    revoked_ = log_in(owner_).access;
    EXPECT_EQ(send({.method = "POST", .path = "/api/v1/auth/logout", .token = revoked_}).status, 204);
    expired_ = log_in(owner_, std::chrono::seconds(-60)).access;
  }

  const std::set<std::string> needs_finished{"retryRequest", "getReport", "listArtifacts", "getArtifact"};
  Person owner_, other_, admin_;
  std::string api_, revoked_, expired_;
  int count_ = 1000;
};

TEST_F(AuthorizationTest, the_matrix_has_every_operation_once) {
  std::vector<std::string> documented, rows;
  const http::Contract contract(http::openapi_yaml());
  for (const auto& operation : contract.operations()) documented.push_back(operation.id);
  for (const Row& row : read_matrix()) rows.push_back(row.operation);
  EXPECT_THAT(rows, ::testing::UnorderedElementsAreArray(documented));
}

TEST_F(AuthorizationTest, everyone_gets_what_the_matrix_says) {
  prepare();
  const http::Contract contract(http::openapi_yaml());
  std::map<std::string, const http::Operation*> operations;
  for (const auto& operation : contract.operations()) operations[operation.id] = &operation;
  for (const Row& row : read_matrix())
    for (const auto& [column, status] : row.status) {
      SCOPED_TRACE(row.operation + " by " + column);
      const std::string token = token_of(column);
      Call call = call_of(*operations.at(row.operation), things());
      call.token = token;
      const Answer answer = send(call);
      EXPECT_EQ(answer.status, status) << answer.body;
    }
}

}  // namespace
}  // namespace reel::api_test
