#include "problems.hpp"

#include <gtest/gtest.h>

#include "contract.hpp"

namespace reel::http {
namespace {

TEST(Problems, the_document_lists_every_code_and_its_status) {
  const Contract contract(openapi_yaml());
  const auto& codes = contract.document()["components"]["schemas"]["Problem"]["properties"]["code"]["enum"];
  for (const std::string code :
       {"email-taken", "forbidden", "invalid-body", "not-found", "origin-mismatch", "quota-exceeded", "rate-limited",
        "session-ended", "too-large", "unauthenticated", "unavailable", "wrong-version"}) {
    EXPECT_NE(std::find(codes.begin(), codes.end(), code), codes.end()) << code;
    const auto body = nlohmann::json::parse(std::get<std::string>(refusal(code, "why").response().body));
    EXPECT_EQ(body["code"], code);
    const auto faults = contract.schemas().faults({{"$ref", "#/components/schemas/Problem"}}, body);
    EXPECT_TRUE(faults.empty()) << code;
  }
  EXPECT_THROW(refusal("no-such-code", ""), std::logic_error);
}

TEST(Problems, who_is_not_logged_in_is_told_how) {
  EXPECT_EQ(refusal("unauthenticated", "").response().headers.get("WWW-Authenticate"), "Bearer");
}

TEST(Problems, waiting_is_said_in_seconds) {
  EXPECT_EQ(refusal_for("rate-limited", "", 7).response().headers.get("Retry-After"), "7");
}

}  // namespace
}  // namespace reel::http
