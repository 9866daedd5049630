#include "reel/http/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace reel::http {
namespace {

const Handler nothing = [](Request&) { return Response{}; };

Router routes() {
  Router router;
  for (const char* path : {"/", "/videos", "/videos/{id}", "/videos/new", "/videos/{id}/poster", "/{page...}",
                           "/a/{x}/c", "/a/b/{rest...}"})
    router.add({.method = "GET", .path = path, .handler = nothing});
  router.add({.method = "DELETE", .path = "/videos/{video}", .handler = nothing});
  return router;
}

std::string found(const Router& router, const std::vector<std::string>& segments, std::string_view method = "GET") {
  const auto match = router.match(method, segments);
  if (match.route == nullptr) return "";
  std::string text = match.route->path;
  for (const auto& [name, value] : match.captures) text += " " + name + "=" + value;
  return text;
}

TEST(Router, prefers_what_is_written_out) {
  const Router router = routes();
  EXPECT_EQ(found(router, {}), "/");
  EXPECT_EQ(found(router, {"videos"}), "/videos");
  EXPECT_EQ(found(router, {"videos", "7"}), "/videos/{id} id=7");
  EXPECT_EQ(found(router, {"videos", "new"}), "/videos/new");
  EXPECT_EQ(found(router, {"videos", "7", "poster"}), "/videos/{id}/poster id=7");
  EXPECT_EQ(found(router, {"videos", "7", "other"}), "/{page...} page=videos/7/other");
  EXPECT_EQ(found(router, {"a", "b", "c"}), "/a/b/{rest...} rest=c");
  EXPECT_EQ(found(router, {"a", "x", "c"}), "/a/{x}/c x=x");
  EXPECT_EQ(found(router, {"videos", "7"}, "DELETE"), "/videos/{video} video=7");
}

TEST(Router, an_empty_segment_is_nothing_to_capture) {
  Router router;
  router.add({.method = "GET", .path = "/videos/{id}", .handler = nothing});
  EXPECT_EQ(found(router, {"videos", ""}), "");
  EXPECT_TRUE(router.match("GET", {"videos", ""}).allow.empty());
}

TEST(Router, tells_the_methods_of_a_path) {
  const Router router = routes();
  EXPECT_EQ(router.match("PUT", {"videos", "7"}).allow, (std::vector<std::string>{"DELETE", "GET", "HEAD", "OPTIONS"}));
  EXPECT_EQ(router.match("PUT", {"videos", "7"}).route, nullptr);
  EXPECT_EQ(found(router, {"videos", "7"}, "HEAD"), "/videos/{id} id=7");
}

TEST(Router, a_route_for_head_wins_over_the_one_for_get) {
  Router router;
  router.add({.method = "HEAD", .path = "/x", .handler = nothing});
  router.add({.method = "GET", .path = "/x", .handler = nothing});
  EXPECT_EQ(router.match("HEAD", {"x"}).route->method, "HEAD");
}

TEST(Router, refuses_what_cannot_be_meant) {
  Router router = routes();
  for (const char* path : {"", "videos", "/videos/", "//", "/{", "/{}", "/{...}", "/{rest...}/x", "/x{y}"})
    EXPECT_THROW(router.add({.method = "PUT", .path = path, .handler = nothing}), std::logic_error) << path;
  EXPECT_THROW(router.add({.method = "GET", .path = "/videos/{other}", .handler = nothing}), std::logic_error);
  EXPECT_THROW(router.add({.method = "GET", .path = "/new"}), std::logic_error);
}

}  // namespace
}  // namespace reel::http
