#include <atomic>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "reel/base/log.hpp"
#include "socket_test.hpp"

namespace reel::http {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::Client;
using test::get;
using test::post;
using test::Running;

Router echo() {
  Router router;
  const auto describe = [](Request& request) {
    return json_response(200, {{"method", request.method},
                               {"segments", request.segments},
                               {"query", request.query},
                               {"cookies", request.cookies},
                               {"peer", request.peer},
                               {"tls", request.tls},
                               {"route", request.route},
                               {"captures", request.captures},
                               {"id", request.id},
                               {"body", request.body}});
  };
  router.add({.method = "GET", .path = "/", .handler = describe});
  router.add({.method = "GET", .path = "/things/{id}", .handler = describe});
  router.add({.method = "POST", .path = "/things", .handler = describe, .largest_body = 100'000});
  return router;
}

nlohmann::json json(const Answer& answer) { return nlohmann::json::parse(answer.body); }

TEST(Server, hands_over_what_was_asked) {
  Running running(echo());
  Client client(running.port());
  const auto asked = json(client.ask(get("/things/a%20b?x=1&y=a+b%26c&z", "Cookie: a=1; b=\"2\"\r\n")));
  EXPECT_EQ(asked["method"], "GET");
  EXPECT_EQ(asked["segments"], nlohmann::json({"things", "a b"}));
  EXPECT_EQ(asked["query"], nlohmann::json::parse(R"([["x","1"],["y","a b&c"],["z",""]])"));
  EXPECT_EQ(asked["cookies"], nlohmann::json::parse(R"([["a","1"],["b","2"]])"));
  EXPECT_EQ(asked["peer"], "127.0.0.1");
  EXPECT_EQ(asked["tls"], false);
  EXPECT_EQ(asked["route"], "/things/{id}");
  EXPECT_EQ(asked["captures"]["id"], "a b");
}

TEST(Server, every_answer_has_its_headers_and_an_id_of_its_own) {
  Running running(echo());
  Client client(running.port());
  std::set<std::string> ids;
  for (const char* target : {"/", "/no-such-thing", "/things"}) {
    const Answer answer = client.ask(get(target));
    EXPECT_EQ(answer.headers.get("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.headers.get("Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'");
    EXPECT_EQ(answer.headers.get("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(answer.headers.get("Cache-Control"), "no-store");
    EXPECT_EQ(answer.headers.count("Date"), 1U);
    EXPECT_EQ(answer.headers.find("Server"), nullptr);
    EXPECT_EQ(answer.headers.find("Strict-Transport-Security"), nullptr);
    ids.insert(std::string(answer.headers.get("X-Request-Id")));
  }
  EXPECT_EQ(ids.size(), 3U);
  EXPECT_EQ(ids.begin()->size(), 32U);
}

TEST(Server, reads_bodies_with_lengths_and_in_chunks) {
  Running running(echo());
  Client client(running.port());
  EXPECT_EQ(json(client.ask(post("/things", "hello")))["body"], "hello");
  const std::string chunks =
      "POST /things HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;name=value\r\nhel\r\n2\r\nlo\r\n0\r\nHost: evil\r\n\r\n";
  EXPECT_EQ(json(client.ask(chunks))["body"], "hello");
  for (const char c : chunks) ASSERT_TRUE(client.send({&c, 1}));
  EXPECT_EQ(json(client.answer())["body"], "hello");
  EXPECT_EQ(json(client.ask(post("/things", std::string(99'999, 'x'))))["body"].get<std::string>().size(), 99'999U);
  EXPECT_EQ(client.ask(post("/things", std::string(100'001, 'x'))).status, 413);
}

TEST(Server, answers_pipelined_requests_in_their_order) {
  Running running(echo());
  Client client(running.port());
  std::string all;
  for (int i = 0; i < 100; ++i)
    all += i % 3 == 0 ? post("/things", std::to_string(i)) : get("/things/" + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 100; ++i) {
    const auto answer = json(client.answer());
    EXPECT_EQ(i % 3 == 0 ? answer["body"] : answer["captures"]["id"], std::to_string(i));
  }
}

TEST(Server, answers_for_methods_that_have_no_handler) {
  Running running(echo());
  Client client(running.port());
  client.send("HEAD /things/7 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const Answer head = client.head();
  EXPECT_EQ(head.status, 200);
  EXPECT_NE(head.headers.get("Content-Length"), "0");
  const Answer options = client.ask("OPTIONS /things/7 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.get("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(client.ask("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 204);
  const Answer wrong = client.ask("DELETE /things/7 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.get("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(client.ask(get("/other")).status, 404);
  EXPECT_EQ(client.ask(get("/things/7/")).status, 404);
}

TEST(Server, speaks_http_1_0_for_one_request) {
  Running running(echo());
  Client client(running.port());
  const Answer answer = client.ask("GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.get("Connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST(Server, says_100_continue_only_for_what_it_will_read) {
  Running running(echo());
  Client client(running.port());
  const std::string head = "POST /things HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: ";
  client.send(head + "5\r\n\r\n");
  EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(json(client.ask("hello"))["body"], "hello");
  EXPECT_EQ(json(client.ask(head + "5\r\n\r\nhello"))["body"], "hello");
  EXPECT_EQ(client.ask(head + "5000000\r\n\r\n").status, 413);
  EXPECT_TRUE(client.ended());
}

TEST(Server, closes_after_as_many_requests_as_are_allowed) {
  Running running(echo(), {.limits = {.requests_per_connection = 3}});
  Client client(running.port());
  EXPECT_EQ(client.ask(get("/")).headers.find("Connection"), nullptr);
  EXPECT_EQ(client.ask(get("/")).headers.find("Connection"), nullptr);
  EXPECT_EQ(client.ask(get("/")).headers.get("Connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST(Server, what_handlers_throw_becomes_an_answer_without_internals) {
  Router router;
  const auto throws = [&](const std::string& path, auto error) {
    router.add({.method = "GET", .path = path, .handler = [error](Request&) -> Response { throw error; }});
  };
  throws("/input", base::InputError("The name is empty.", "Give one."));
  throws("/transient", base::TransientError("database at 10.0.0.7 is away"));
  throws("/run", base::RunError("disk /dev/sda is full"));
  throws("/bug", std::logic_error("index 7 of 3"));
  throws("/strange", 7);
  throws("/refused", Refused(problem(409, "conflict", "Conflict", "It is there.", {{"other", 5}})));
  router.add({.method = "GET", .path = "/split", .handler = [](Request&) {
                return Response{200, {{"Location", "/x\r\nSet-Cookie: a=b"}}, "x"};
              }});

  std::mutex mutex;
  std::string logged;
  const base::LogListener listener(
      [&](const base::LogLine& line) {
        const std::lock_guard lock(mutex);
        if (line.level > base::Level::info) logged += line.message + "\n";
      },
      base::LogListener::Stderr::instead);
  Running running(std::move(router));
  Client client(running.port());
  const auto check = [&](const std::string& path, int status, const std::string& code, const std::string& in_log) {
    const Answer answer = client.ask(get(path + "?token=xyz"));
    EXPECT_EQ(answer.status, status) << path;
    EXPECT_EQ(answer.headers.get("Content-Type"), "application/problem+json");
    EXPECT_EQ(json(answer)["code"], code);
    EXPECT_EQ(json(answer)["status"], status);
    const std::lock_guard lock(mutex);
    if (in_log.empty()) {
      EXPECT_EQ(logged, "");
      return answer;
    }
    EXPECT_NE(logged.find(in_log), std::string::npos) << logged;
    EXPECT_EQ(answer.body.find(in_log), std::string::npos);
    EXPECT_NE(logged.find(answer.headers.get("X-Request-Id")), std::string::npos);
    EXPECT_EQ(logged.find("xyz"), std::string::npos);
    return answer;
  };
  EXPECT_EQ(json(check("/input", 400, "bad-request", ""))["detail"], "The name is empty. Give one.");
  EXPECT_EQ(json(check("/refused", 409, "conflict", ""))["other"], 5);
  EXPECT_EQ(check("/transient", 503, "unavailable", "10.0.0.7").headers.count("Retry-After"), 1U);
  check("/run", 500, "internal-error", "/dev/sda");
  check("/bug", 500, "internal-error", "index 7");
  check("/strange", 500, "internal-error", "no known type");
  EXPECT_EQ(check("/split", 500, "internal-error", "Location").headers.find("Set-Cookie"), nullptr);
}

TEST(Server, logs_each_request_without_its_query) {
  std::mutex mutex;
  std::string logged;
  const base::LogListener listener([&](const base::LogLine& line) {
    const std::lock_guard lock(mutex);
    logged += std::string(base::name(line.level)) + " " + line.message + "\n";
  });
  std::string id;
  {
    Running running(echo());
    Client client(running.port());
    id = json(client.ask(get("/things/7?token=secret", "Authorization: Bearer secret\r\n")))["id"];
  }
  EXPECT_NE(logged.find("info HTTP GET /things/7 200, "), std::string::npos) << logged;
  EXPECT_NE(logged.find(id), std::string::npos);
  EXPECT_EQ(logged.find("secret"), std::string::npos);
}

TEST(Server, tells_what_it_served) {
  std::vector<Served> all;
  {
    Running running(echo(), {.served = [&](const Served& served) { all.push_back(served); }});
    Client client(running.port());
    client.ask(get("/things/7"));
    client.ask(get("/nothing"));
    client.ask("x\r\n");
    Client(running.port()).ask("BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].route, "/things/{id}");
  EXPECT_GT(all[0].bytes, 0U);
  EXPECT_EQ(all[1].status, 404);
  EXPECT_EQ(all[1].route, "");
  EXPECT_EQ(all[2].status, 400);
  EXPECT_EQ(all[3].status, 501);
  EXPECT_EQ(all[3].method, "");
}

/// A handler that stays until it is let go.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0;
  bool open = false;

  Response pass(Request&) {
    std::unique_lock lock(mutex);
    ++inside;
    changed.notify_all();
    changed.wait(lock, [&] { return open; });
    return text_response(200, "passed");
  }
  void wait_for(int count) {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, 20s, [&] { return inside >= count; }));
  }
  void let_go() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
  Router router() {
    Router router;
    router.add({.method = "GET", .path = "/", .handler = [this](Request& request) { return pass(request); }});
    return router;
  }
};

TEST(Server, refuses_what_would_wait_too_long) {
  Gate gate;
  Running running(gate.router(), {.handlers = 2, .queue = 1});
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(running.port()).send(get("/"));
    ASSERT_TRUE(test::eventually([&] { return running.server().figures().handlers_busy == std::size_t(i) + 1; }));
  }
  Client one_more(running.port());
  const Answer answer = one_more.ask(get("/"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.count("Retry-After"), 1U);
  gate.let_go();
  for (Client& client : clients) EXPECT_EQ(client.answer().body, "passed");
  EXPECT_EQ(one_more.ask(get("/")).body, "passed");
}

TEST(Server, what_takes_its_time_leaves_handlers_to_the_rest) {
  Gate gate;
  Router router = echo();
  const auto pass = [&](Request& request) { return gate.pass(request); };
  router.add({.method = "GET", .path = "/slow", .handler = pass, .lane = "slow"});
  router.add({.method = "GET", .path = "/slow/too", .handler = pass, .lane = "slow"});
  Running running(std::move(router), {.handlers = 8, .queue = 16});
  std::vector<Client> clients;
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back(running.port()).send(get(i % 2 == 0 ? "/slow" : "/slow/too"));
    ASSERT_TRUE(test::eventually([&] { return running.server().figures().handlers_busy == std::size_t(i) + 1; }));
  }
  gate.wait_for(2);
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(gate.inside, 2) << "a quarter of the threads";
  EXPECT_EQ(Client(running.port()).ask(get("/slow")).status, 503) << "a quarter of the queue";
  EXPECT_EQ(Client(running.port()).ask(get("/things/7")).status, 200);
  gate.let_go();
  for (Client& client : clients) EXPECT_EQ(client.answer().body, "passed");
  EXPECT_EQ(Client(running.port()).ask(get("/slow")).body, "passed");
}

TEST(Server, stops_once_what_runs_is_done) {
  Gate gate;
  Running running(gate.router());
  Client idle(running.port()), busy(running.port());
  busy.send(get("/"));
  gate.wait_for(1);
  running.server().stop();
  EXPECT_TRUE(idle.ended());
  gate.let_go();
  const Answer answer = busy.answer();
  EXPECT_EQ(answer.body, "passed");
  EXPECT_EQ(answer.headers.get("Connection"), "close");
  running.stop();
  EXPECT_THROW(Client(running.port()).ask(get("/")), std::runtime_error);
}

TEST(Server, does_not_wait_for_clients_beyond_its_patience) {
  Running running(echo(), {.patience = 200ms});
  Client client(running.port());
  client.send("GET / HTTP/1.1\r\n");
  ASSERT_TRUE(test::eventually([&] { return running.server().figures().connections == 1; }));
  running.stop();
  EXPECT_EQ(client.rest(), "");
}

TEST(Server, may_be_stopped_before_it_runs) {
  Server server({}, echo());
  server.stop();
  server.run();
}

TEST(Server, keeps_connections_in_bounds) {
  Running running(echo(), {.limits = {.connections_per_address = 2}});
  {
    Client first(running.port()), second(running.port());
    EXPECT_EQ(first.ask(get("/")).status, 200);
    EXPECT_EQ(second.ask(get("/")).status, 200);
    EXPECT_TRUE(Client(running.port()).ended());
  }
  ASSERT_TRUE(test::eventually([&] { return running.server().figures().connections == 0; }));
  EXPECT_EQ(Client(running.port()).ask(get("/")).status, 200);

  Running small(echo(), {.limits = {.connections = 1}});
  Client first(small.port());
  EXPECT_EQ(first.ask(get("/")).status, 200);
  EXPECT_TRUE(Client(small.port()).ended());
}

TEST(Server, does_not_wait_for_heads_for_ever) {
  Running running(echo(), {.limits = {.header_time = 300ms, .idle_time = 300ms}});
  Client silent(running.port()), trickling(running.port()), idle(running.port());
  EXPECT_EQ(idle.ask(get("/")).status, 200);
  trickling.send("GET / HT");
  EXPECT_EQ(trickling.answer().status, 408);
  EXPECT_TRUE(trickling.ended());
  EXPECT_EQ(silent.rest(), "");
  EXPECT_EQ(idle.rest(), "");
}

TEST(Server, believes_trusted_proxies_only) {
  const std::string forwarded = "X-Forwarded-For: 203.0.113.9, 198.51.100.7, 10.1.2.3\r\nX-Forwarded-Proto: https\r\n";
  Running plain(echo());
  EXPECT_EQ(json(Client(plain.port()).ask(get("/", forwarded)))["peer"], "127.0.0.1");
  Running behind(echo(), {.trusted_proxies = {"127.0.0.1", "10.0.0.0/8"}});
  const Answer answer = Client(behind.port()).ask(get("/", forwarded));
  EXPECT_EQ(json(answer)["peer"], "198.51.100.7");
  EXPECT_EQ(json(answer)["tls"], true);
  EXPECT_EQ(answer.headers.count("Strict-Transport-Security"), 1U);
}

TEST(Server, listens_on_a_unix_socket) {
  const test::TemporaryFolder folder;
  const auto path = folder / "http.sock";
  {
    Running running(echo(), {.address = "", .unix_socket = path});
    EXPECT_EQ(running.port(), 0);
    EXPECT_EQ(json(Client(path).ask(get("/")))["peer"], "unix");
    EXPECT_THROW(Server({.address = "", .unix_socket = path}, echo()), base::RunError);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Server, says_what_is_wrong_with_its_options) {
  EXPECT_THROW(Server({.address = "localhost"}, echo()), base::InputError);
  EXPECT_THROW(Server({.address = ""}, echo()), base::InputError);
  EXPECT_THROW(Server({.address = "192.0.2.1"}, echo()), base::RunError);
  EXPECT_THROW(Server({.handlers = 0}, echo()), base::InputError);
  EXPECT_THROW(Server({.trusted_proxies = {"10.0.0.0/33"}}, echo()), base::InputError);
  EXPECT_THROW(Server({.tls = TlsFiles{"/nonexistent/cert.pem", "/nonexistent/key.pem"}}, echo()), base::InputError);
  Running running(echo());
  EXPECT_THROW(Server({.port = running.port()}, echo()), base::RunError);
}

}  // namespace
}  // namespace reel::http
