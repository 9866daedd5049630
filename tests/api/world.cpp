#include "world.hpp"

#include <cstdlib>
#include <fstream>

#include "reel/model/json.hpp"

namespace reel::api_test {
namespace {

using nlohmann::json;

service::Key test_key() {
  service::Key key;
  key.bytes.fill(42);
  return key;
}

/// What an inspection finds in ten seconds without sound.
json media_found() {
  model::MediaInfo media{"clip.mp4", "mov,mp4", 16, std::chrono::seconds(10), {}, {}, {}};
  model::StreamInfo pictures;
  pictures.kind = "video";
  pictures.is_default = true;
  pictures.duration = media.duration;
  pictures.video.emplace();
  pictures.video->codec = "h264";
  pictures.video->width = 640;
  pictures.video->height = 360;
  pictures.video->frame_rate = {25, 1};
  media.streams.push_back(pictures);
  return model::to_json(media);
}

}  // namespace

ApiTest::ApiTest() : keys_(test_key()) {
  store::migrate(url);
  store = store::open_postgres(url);
  start(config());
}

ApiTest::~ApiTest() { stop(); }

service::Config ApiTest::config() const {
  service::Config config;
  config.state_folder = folder.path();
  config.limits.requests_per_minute = 1'000'000;
  return config;
}

void ApiTest::start(const service::Config& config) {
  api_ = std::make_unique<http::Api>(http::ApiOptions{config, [this] { return store::open_postgres(url); },
                                                      [this] { return store::open_listener(url); }, keys_, checker()});
  http::Options options;
  options.handlers = 4;
  options.served = api_->served();
  server_ = std::make_unique<http::Server>(std::move(options), api_->router());
  api_->observe(server_.get());
  thread_ = std::thread([this] { server_->run(); });
}

void ApiTest::stop() {
  client_.reset();
  server_->stop();
  thread_.join();
  api_->observe(nullptr);
  server_.reset();
  api_.reset();
}

void ApiTest::restart(const service::Config& config) {
  stop();
  start(config);
}

Client& ApiTest::client() {
  if (!client_) client_ = std::make_unique<Client>(port());
  return *client_;
}

const service::RunnerSetup& ApiTest::runner_setup() {
  static const service::RunnerSetup one = [] {
    const std::filesystem::path build = std::getenv("REEL_BUILD_DIR");
    service::RunnerSetup setup;
    setup.program = build / "bin/reel-runner";
    const service::ServerConfig policy;
    setup.allow_stages = policy.allow_stages;
    setup.deny_stages = policy.deny_stages;
    setup.registry_folder = build / "api-test-registry";
    std::filesystem::create_directories(setup.registry_folder);
    service::prepare_runner(setup);
    return setup;
  }();
  return one;
}

service::PipelineChecker& ApiTest::checker() {
  static auto* const one = new service::PipelineChecker(runner_setup());  // lives as long as the process
  return *one;
}

Person ApiTest::person(const std::string& name, service::Role role) {
  Person person{.email = name + "@example.org", .password = "correct horse of " + name};
  person.id = service::Accounts(keys_).register_user(store->accounts(), person.email, person.password, {}, role);
  const service::Tokens tokens = log_in(person);
  person.token = tokens.access;
  person.refresh = tokens.refresh;
  person.session = tokens.identity.session()->id;
  return person;
}

service::Tokens ApiTest::log_in(const Person& who, std::chrono::seconds access_lifetime) {
  service::AccountSettings settings;
  settings.access_lifetime = access_lifetime;
  return service::Accounts(keys_, settings).login(store->accounts(), who.email, who.password, {});
}

service::VideoId ApiTest::ready_video(const Person& owner, const std::string& bytes) {
  static int count = 0;
  std::string id = std::to_string(++count);
  id.insert(0, 32 - id.size(), '0');
  store->videos().add_upload({.id = id, .user = owner.id, .length = std::ssize(bytes), .name = "clip.mp4"},
                             std::chrono::hours(1));
  std::ofstream(files.upload(id), std::ios::binary) << bytes;
  const auto video = store->videos().complete_upload(id, id);
  files.adopt(id, video);
  std::filesystem::create_directories(files.assets(video));
  for (const char* const name : {"poster.jpg", "sprite.jpg", "waveform.json"})
    std::ofstream(files.assets(video) / name) << name;
  store->videos().set_inspected(video, media_found().dump(),
                                R"({"poster": {"file": "poster.jpg"}, "sprite": {"file": "sprite.jpg", "columns": 5},
                                    "waveform": {"file": "waveform.json"}, "preview": null})",
                                std::ssize(bytes), "");
  // No worker runs here: the inspection is done.
  store->queue().cancel(
      std::stoll(store::test::value(url, "SELECT max(request_id) FROM requests WHERE kind = 'inspect'")));
  return video;
}

service::RequestId ApiTest::request(const Person& owner, service::VideoId video) {
  const Answer made = post(owner, "/api/v1/requests", blur_pipeline(video));
  EXPECT_EQ(made.status, 201) << made.body;
  return made.json()["id"];
}

void ApiTest::succeed(service::RequestId id, const std::string& artifact, const std::string& bytes) {
  for (auto claim = store->queue().claim("test", std::chrono::minutes(1), 0); claim;
       claim = store->queue().claim("test", std::chrono::minutes(1), 0)) {
    if (claim->key.request != id) continue;
    std::filesystem::create_directories(files.results({id, 1}));
    std::ofstream(files.results({id, 1}) / artifact, std::ios::binary) << bytes;
    service::Outcome outcome;
    outcome.artifacts = {service::MediaFiles::artifact_uri({id, 1}, artifact)};
    outcome.report_json = R"({"frames": 250})";
    EXPECT_TRUE(store->requests().finish(id, outcome, claim->key.attempt));
    return;
  }
  ADD_FAILURE() << "request " << id << " cannot be claimed";
}

json blur_pipeline(service::VideoId video) {
  return {{"pipeline",
           "reel: 1\nname: softer\nparams:\n  input: { type: uri, description: The clip }\nstages:\n"
           "  - uses: source\n    with: { uri: \"${input}\" }\n  - uses: blur\n    with: { radius: 8 }\n"
           "  - uses: sink\n    with: { uri: softer.mp4 }\n"},
          {"params", {{"input", "video:" + std::to_string(video)}}}};
}

}  // namespace reel::api_test
