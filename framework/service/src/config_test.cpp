#include "reel/service/config.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace reel::service {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class ConfigTest : public ::testing::Test {
 protected:
  ~ConfigTest() override { fs::remove(file_); }

  Config load(const std::string& yaml) {
    std::ofstream(file_) << yaml;
    diagnosed = {};
    return load_config(file_, diagnosed);
  }
  /// `LINE:COLUMN CODE` of each fault.
  std::vector<std::string> faults(const std::string& yaml) {
    load(yaml);
    std::vector<std::string> found;
    for (const auto& one : diagnosed.diagnostics)
      found.push_back(std::to_string(one.mark.line) + ":" + std::to_string(one.mark.column) + " " + one.code);
    return found;
  }

  model::Diagnosed diagnosed;

 private:
  fs::path file_ = fs::temp_directory_path() / ("reel-config-" + std::to_string(::getpid()) + ".yaml");
};

fs::path shipped() { return fs::path(std::getenv("REEL_SOURCE_DIR")) / "config/reel.yaml"; }

TEST_F(ConfigTest, the_file_that_is_shipped_holds_the_defaults) {
  const Config given = load_config(shipped(), diagnosed);
  EXPECT_TRUE(diagnosed.diagnostics.empty()) << model::to_text(diagnosed);
  const Config none = load_config(std::nullopt, diagnosed);
  EXPECT_EQ(given.server.address, none.server.address);
  EXPECT_EQ(given.server.port, none.server.port);
  EXPECT_EQ(given.server.handlers, none.server.handlers);
  EXPECT_EQ(given.server.allow_stages, none.server.allow_stages);
  EXPECT_EQ(given.server.deny_stages, none.server.deny_stages);
  EXPECT_EQ(given.worker.in_server, none.worker.in_server);
  EXPECT_EQ(given.worker.slots, none.worker.slots);
  EXPECT_EQ(given.worker.attempts, none.worker.attempts);
  EXPECT_EQ(given.worker.memory_gigabytes, none.worker.memory_gigabytes);
  EXPECT_EQ(given.worker.disk_gigabytes, none.worker.disk_gigabytes);
  EXPECT_EQ(given.worker.hours, none.worker.hours);
  EXPECT_EQ(given.worker.silence_seconds, none.worker.silence_seconds);
  EXPECT_EQ(given.worker.user, none.worker.user);
  EXPECT_EQ(given.accounts.registration, none.accounts.registration);
  EXPECT_EQ(given.accounts.access_minutes, none.accounts.access_minutes);
  EXPECT_EQ(given.accounts.session_days, none.accounts.session_days);
  EXPECT_EQ(given.limits.storage_gigabytes, none.limits.storage_gigabytes);
  EXPECT_EQ(given.limits.upload_gigabytes, none.limits.upload_gigabytes);
  EXPECT_EQ(given.limits.upload_hours, none.limits.upload_hours);
  EXPECT_EQ(given.limits.concurrent_jobs, none.limits.concurrent_jobs);
  EXPECT_EQ(given.limits.active_jobs, none.limits.active_jobs);
  EXPECT_EQ(given.limits.requests_per_minute, none.limits.requests_per_minute);
  EXPECT_EQ(given.limits.keep_days, none.limits.keep_days);
  EXPECT_EQ(given.log.json, none.log.json);
  EXPECT_EQ(given.log.level, none.log.level);
}

TEST_F(ConfigTest, everything_can_be_set) {
  const Config config = load(
      "server: { address: '::', port: 80, public-url: https://reel.example.org, hosts: [reel.example.org],\n"
      "  trusted-proxies: [10.0.0.0/8], tls: { certificate: /a.pem, key: /k.pem }, internal: [10.1.0.0/16],\n"
      "  policy: { stages: { allow: [source, sink] } } }\n"
      "worker: { in-server: false, slots: 3, hours: 1.5, user: media }\n"
      "accounts: { registration: closed, session-days: 7 }\n"
      "limits: { storage-gigabytes: 0.5, streams: 2 }\n");
  EXPECT_TRUE(diagnosed.diagnostics.empty()) << model::to_text(diagnosed);
  EXPECT_EQ(config.server.address, "::");
  EXPECT_EQ(config.server.port, 80);
  EXPECT_EQ(config.server.certificate, "/a.pem");
  EXPECT_THAT(config.server.internal, ElementsAre("10.1.0.0/16"));
  EXPECT_THAT(config.server.allow_stages, ElementsAre("source", "sink"));
  EXPECT_FALSE(config.worker.in_server);
  EXPECT_EQ(config.worker.hours, 1.5);
  EXPECT_FALSE(config.accounts.registration);
  EXPECT_EQ(config.limits.storage_gigabytes, 0.5);
}

TEST_F(ConfigTest, a_server_of_one_machine_has_its_names_only) {
  EXPECT_THAT(served_hosts(load("{}").server), testing::IsSupersetOf({"localhost", "127.0.0.1", "[::1]"}));
  EXPECT_THAT(served_hosts(load("server: { public-url: 'https://reel.example.org:8443/x' }").server),
              testing::Contains("reel.example.org"));
  EXPECT_THAT(served_hosts(load("server: { public-url: 'http://[2001:db8::1]:80' }").server),
              testing::Contains("[2001:db8::1]"));
  EXPECT_THAT(served_hosts(load("server: { hosts: [a.example] }").server), ElementsAre("a.example"));
  EXPECT_THAT(served_hosts(load("server: { address: 0.0.0.0 }").server), testing::IsEmpty());
}

TEST_F(ConfigTest, origins_have_a_scheme) {
  EXPECT_THAT(faults("server: { public-url: reel.example.org }\n"), ElementsAre("1:23 wrong-value"));
  EXPECT_THAT(faults("server: { public-url: 'ftp://reel.example.org' }\n"), ElementsAre("1:23 wrong-value"));
  EXPECT_THAT(faults("server: { public-url: 'https://' }\n"), ElementsAre("1:23 wrong-value"));
  EXPECT_THAT(faults("server: { public-url: '' }\n"), ElementsAre("1:23 wrong-value"));
  EXPECT_THAT(faults("server: { cors-origins: ['https://a.example', 'https://b.example/', '*'] }\n"),
              ElementsAre("1:47 wrong-value", "1:69 wrong-value"));
}

TEST_F(ConfigTest, logs_are_for_people_or_for_programs) {
  const LogConfig log = load("log: { format: json, level: info }\n").log;
  EXPECT_TRUE(log.json);
  EXPECT_EQ(log.level, base::Level::info);
  EXPECT_THAT(faults("log: { format: xml, level: loud }\n"), ElementsAre("1:16 wrong-choice", "1:28 wrong-choice"));
}

TEST_F(ConfigTest, faults_have_their_places) {
  EXPECT_THAT(faults("server:\n  prot: 80\n"), ElementsAre("2:3 unknown-key"));
  EXPECT_EQ(diagnosed.diagnostics[0].hint, "did you mean 'port'?");
  EXPECT_THAT(faults("server:\n  port: 80000\n  handlers: many\n"), ElementsAre("2:9 wrong-type", "3:13 wrong-type"));
  EXPECT_THAT(faults("accounts: { registration: maybe }\nworker: { in-server: yes }\n"),
              ElementsAre("1:27 wrong-choice", "2:22 wrong-choice"));
  EXPECT_THAT(faults("limits: [1]\n"), ElementsAre("1:9 wrong-type"));
}

}  // namespace
}  // namespace reel::service
