#include "metrics.hpp"

#include <gmock/gmock.h>

namespace reel::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, methods_that_strangers_make_up_are_one_series) {
  Metrics metrics;
  metrics.count({"GET", "/healthz", 200, 1, {}});
  for (int i = 0; i < 100; ++i) metrics.count({"X" + std::to_string(i), "", 501, 1, {}});
  const std::string text = metrics.text({}, {}, {});
  EXPECT_THAT(text, HasSubstr(R"(reel_http_requests_total{method="GET",route="/healthz",status="200"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(reel_http_requests_total{method="other",route="none",status="501"} 100)"));
  EXPECT_THAT(text, Not(HasSubstr("X7")));
}

}  // namespace
}  // namespace reel::http
