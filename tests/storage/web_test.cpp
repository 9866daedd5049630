/// Web servers as they are: nginx, and small ones that lack what nginx has.
#include <gtest/gtest.h>

#include "installation.hpp"
#include "loopback.hpp"
#include "reel/extension/host.h"
#include "storage_table.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;
using test::LoopbackServer;

constexpr std::size_t mebibyte = 1U << 20U;

int free_port() {
  const LoopbackServer server([](const auto&) { return std::string(); });
  return server.port();
}

/// Serves its folder `www`, which holds `object`, on http and, under a certificate of its own, on https.
class Nginx {
 public:
  Nginx() {
    fs::create_directory(folder_ / "www");
    shell("cd " + quoted(folder_.path()) +
          " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
          "-addext subjectAltName=DNS:localhost -keyout key.pem -out chain.pem");
    tests::write(folder_ / "nginx.conf", configuration());
    program_ =
        std::make_unique<Program>("exec " + quoted(fs::path(environment("REEL_SERVERS_DIR")) / "nginx") + " -p " +
                                      quoted(folder_.path()) + " -e stderr -c " + quoted(folder_ / "nginx.conf"),
                                  folder_ / "nginx.log");
    for (int i = 0; i < 100 && shell("curl -s -o /dev/null " + url("")).exit != 0; ++i) usleep(50'000);
  }
  std::string url(const std::string& path) const { return "http://localhost:" + std::to_string(http_) + "/" + path; }
  std::string https(const std::string& path) const {
    return "https://localhost:" + std::to_string(https_) + "/" + path;
  }
  fs::path certificate() const { return folder_ / "chain.pem"; }
  void put(const std::string& name, const std::string& bytes) const {
    tests::write(folder_.path() / "www" / name, bytes);
  }

 private:
  std::string configuration() const {
    const std::string here = folder_.path();
    std::string text =
        "daemon off; pid " + here + "/nginx.pid; error_log stderr warn; events {}\nhttp { access_log off;\n";
    for (const char* const name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
      text += std::string(name) + "_temp_path " + here + "/" + name + ";\n";
    return text + "types { video/mp4 mp4; }\nserver {\nlisten 127.0.0.1:" + std::to_string(http_) +
           ";\nlisten 127.0.0.1:" + std::to_string(https_) + " ssl;\nssl_certificate " + here +
           "/chain.pem;\nssl_certificate_key " + here + "/key.pem;\nroot " + here +
           "/www;\nlocation /moved { return 302 /object.mp4; }\nlocation /round { return 302 /round; }\n"
           "location /away { return 302 ftp://localhost/x; }\nlocation /no-parts/ { alias " +
           here + "/www/; max_ranges 0; }\n} }\n";
  }
  const TemporaryFolder folder_;
  const int http_ = free_port(), https_ = free_port();
  std::unique_ptr<Program> program_;
};

class Web : public ::testing::Test {
 protected:
  Web() {
    for (const char* const name :
         {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "AWS_CA_BUNDLE"})
      unsetenv(name);
    unsetenv("CURL_CA_BUNDLE");
    unsetenv("SSL_CERT_FILE");
    nginx.put("object.mp4", bytes);
  }
  const std::string bytes = noise(20 * mebibyte + 7);
  Nginx nginx;
  StorageTable storage;
};

TEST_F(Web, gives_parts_and_leads_on) {
  for (const char* const path : {"object.mp4", "moved"}) {
    const auto object = storage.open(nginx.url(path));
    EXPECT_EQ(storage->info(object.get())->size, bytes.size());
    EXPECT_STREQ(storage->info(object.get())->content_type, "video/mp4");
    EXPECT_EQ(storage.read(object.get(), bytes.size() - 5, 100), bytes.substr(bytes.size() - 5));
    EXPECT_TRUE(storage.read(object.get(), 0, bytes.size()) == bytes);
  }
}

TEST_F(Web, that_gives_no_parts_is_read_through) {
  const auto object = storage.open(nginx.url("no-parts/object.mp4"));
  EXPECT_EQ(storage.read(object.get(), 0, 1000), bytes.substr(0, 1000));
  EXPECT_EQ(storage.read(object.get(), 9 * mebibyte, 1000), bytes.substr(9 * mebibyte, 1000));
  EXPECT_EQ(storage.read(object.get(), 500, 1000), bytes.substr(500, 1000));
  EXPECT_TRUE(storage.get(nginx.url("no-parts/object.mp4")) == bytes);
}

TEST_F(Web, says_what_is_wrong) {
  EXPECT_EQ(fault_of([&] { storage.get(nginx.url("none")); }).code, REEL_ERROR_NOT_FOUND);
  const StorageFault round = fault_of([&] { storage.get(nginx.url("round")); });
  EXPECT_NE(std::string(round.what()).find("302"), std::string::npos) << round.what();
  EXPECT_EQ(fault_of([&] { storage.get(nginx.url("away")); }).code, REEL_ERROR_INVALID);
  const StorageFault secret = fault_of([&] { storage.get(nginx.url("none?signature=secret")); });
  EXPECT_EQ(std::string(secret.what()).find("secret"), std::string::npos) << secret.what();
  EXPECT_EQ(fault_of([&] { storage.put(nginx.url("object.mp4"), "x"); }).code, REEL_ERROR_INVALID);
}

TEST_F(Web, has_to_show_a_certificate_that_is_trusted) {
  const StorageFault unknown = fault_of([&] { storage.get(nginx.https("object.mp4")); });
  EXPECT_NE(std::string(unknown.what()).find("the certificate of localhost"), std::string::npos) << unknown.what();
  setenv("AWS_CA_BUNDLE", nginx.certificate().c_str(), 1);
  EXPECT_TRUE(storage.get(nginx.https("object.mp4")) == bytes);
}

TEST_F(Web, may_change_while_it_is_read) {
  const auto object = storage.open(nginx.url("object.mp4"));
  storage.read(object.get(), 0, 10);
  nginx.put("object.mp4", noise(20 * mebibyte + 8, 2));
  EXPECT_EQ(fault_of([&] { storage.read(object.get(), 15 * mebibyte, 10); }).code, REEL_ERROR_CHANGED);
}

/// A host that allows nothing but localhost, and no connection behind the first.
struct StrictHost {
  static gboolean may_ask(const reel_host*, const char* uri, GError** error) {
    if (std::string(uri).find("//localhost:") != std::string::npos) return TRUE;
    g_set_error(error, REEL_ERROR, REEL_ERROR_DENIED, "the policy says no to %s", uri);
    return FALSE;
  }
  static gboolean may_connect(const reel_host*, const char*, const sockaddr*, GError** error) {
    if (connections-- > 0) return TRUE;
    g_set_error_literal(error, REEL_ERROR, REEL_ERROR_DENIED, "the policy says no to this connection");
    return FALSE;
  }
  static const void* get_extension(const reel_host*, const char* id) {
    static constexpr reel_host_network network{may_ask, may_connect};
    return std::string_view(id) == REEL_HOST_NETWORK ? &network : nullptr;
  }
  static inline int connections = 0;
  reel_host host{REEL_ABI_MAJOR, REEL_ABI_MINOR, "strict", "1", get_extension};
};

TEST_F(Web, is_asked_only_as_the_host_allows) {
  const StrictHost strict;
  storage.host = &strict.host;
  const StorageFault connection = fault_of([&] { storage.open(nginx.url("object.mp4")); });
  EXPECT_EQ(connection.code, REEL_ERROR_DENIED);
  EXPECT_NE(std::string(connection.what()).find("this connection"), std::string::npos) << connection.what();
  StrictHost::connections = 1;
  storage.open(nginx.url("object.mp4"));
  const LoopbackServer lure(
      [](const auto&) { return LoopbackServer::reply(302, "Location: http://127.0.0.1:1/\r\n"); });
  StrictHost::connections = 9;
  const StorageFault led = fault_of([&] { storage.open("http://localhost:" + std::to_string(lure.port()) + "/"); });
  EXPECT_EQ(led.code, REEL_ERROR_DENIED) << led.what();
  EXPECT_NE(std::string(led.what()).find("http://127.0.0.1:1/"), std::string::npos) << led.what();
}

}  // namespace
}  // namespace reel::tests
