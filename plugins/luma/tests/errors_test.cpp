#include "errors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dream_machine.hpp"
#include "http.hpp"
#include "service.hpp"

namespace {

using namespace reel;
using namespace reel::luma;
using ::testing::HasSubstr;

reel_error code(long status, Asked asked, const std::string& body = "") {
  return error_of({.status = status, .body = body}, asked, "Luma", "").code();
}
std::string words(long status, const std::string& body, const std::string& key = "") {
  return error_of({.status = status, .body = body, .retry_after = 7}, Asked::to_create, "Luma", key).what();
}

TEST(Errors, StatusSaysWhatItIs) {
  for (const Asked asked : {Asked::for_free, Asked::to_create}) {
    for (const long status : {400, 409, 413, 422}) EXPECT_EQ(code(status, asked), REEL_ERROR_INVALID) << status;
    for (const long status : {401, 403}) EXPECT_EQ(code(status, asked), REEL_ERROR_DENIED) << status;
    EXPECT_EQ(code(402, asked), REEL_ERROR_LIMIT);
    EXPECT_EQ(code(404, asked), REEL_ERROR_NOT_FOUND);
    EXPECT_EQ(code(429, asked), REEL_ERROR_BUSY);
    EXPECT_EQ(code(302, asked), REEL_ERROR_FAILED);
    EXPECT_EQ(code(400, asked, R"({"detail": "Insufficient credits"})"), REEL_ERROR_LIMIT);
    EXPECT_EQ(code(400, asked, R"({"detail": "Prompt moderation failed"})"), REEL_ERROR_REFUSED);
  }
}

TEST(Errors, WhatMayHaveBeenMadeIsUncertain) {
  for (const long status : {408, 500, 502, 503, 504}) {
    EXPECT_EQ(code(status, Asked::to_create), REEL_ERROR_UNCERTAIN) << status;
    EXPECT_EQ(code(status, Asked::for_free), REEL_ERROR_BUSY) << status;
  }
}

TEST(Errors, TellTheServicesOwnWords) {
  EXPECT_EQ(words(400, R"({"detail": "Loop is not supported for keyframes"})"),
            "Luma answered 400: Loop is not supported for keyframes");
  EXPECT_EQ(
      words(422, R"({"detail": [{"type": "literal_error", "loc": ["body", "duration"], "msg": "Input should be '5s'"},
                                      {"type": "missing", "loc": ["body", "keyframes", 0], "msg": "Field required"}]})"),
      "Luma answered 422: duration: Input should be '5s'; keyframes.0: Field required");
  EXPECT_EQ(words(429, "<html>"), "Luma answered 429; ask again in 7 s");
  EXPECT_THAT(words(400, R"({"detail": "Frame moderation failed"})"), HasSubstr("say it differently"));
}

TEST(Errors, HoldNoKeyAndNoControlCharacters) {
  const std::string said = words(401, R"({"detail": "Invalid key luma-123\n\u001b[31m"})", "luma-123");
  EXPECT_THAT(said, HasSubstr("Invalid key (the key)"));
  EXPECT_THAT(said, Not(HasSubstr("luma-123")));
  EXPECT_EQ(said.find_first_of("\n\x1b"), std::string::npos);
  EXPECT_LT(words(400, R"({"detail": ")" + std::string(100'000, 'x') + "\"}").size(), 1000U);
}

TEST(Errors, BadBodiesAreNoTrouble) {
  const std::string deep(100'000, '[');
  for (const std::string& body :
       {std::string(), std::string("null"), std::string("[1]"), std::string(R"({"detail": 7})"),
        std::string(R"({"detail": [null, {"loc": 3}]})"), deep})
    EXPECT_THAT(words(400, body), HasSubstr("Luma answered 400"));
}

Generation read(const Service& service, const char* answer) { return service.read(Json::parse(answer)); }

TEST(Generations, OfDreamMachine) {
  const auto& luma = dream_machine();
  EXPECT_EQ(read(luma, R"({"state": "queued"})").state, REEL_GENERATION_QUEUED);
  const Generation dreaming = read(luma, R"({"state": "dreaming", "assets": {"progress_video": "https://a/b"}})");
  EXPECT_EQ(dreaming.state, REEL_GENERATION_WORKING);
  EXPECT_EQ(dreaming.words, "dreaming");
  EXPECT_EQ(dreaming.preview, "https://a/b");
  EXPECT_EQ(read(luma, R"({"state": "completed", "assets": null})").state, REEL_GENERATION_DONE);
  const Generation refused =
      read(luma, R"({"state": "failed", "failure_reason": "Advanced prompt moderation failed"})");
  EXPECT_EQ(refused.state, REEL_GENERATION_FAILED);
  EXPECT_EQ(refused.failure_is, REEL_ERROR_REFUSED);
  EXPECT_THAT(refused.failure, HasSubstr("Advanced prompt moderation failed"));
  EXPECT_EQ(read(luma, R"({"state": "failed", "failure_reason": null})").failure_is, REEL_ERROR_FAILED);
}

TEST(Generations, OfAgents) {
  const auto& luma = agents();
  EXPECT_EQ(read(luma, R"({"state": "processing"})").state, REEL_GENERATION_WORKING);
  for (const auto& [code, kind] : {std::pair("content_moderated", REEL_ERROR_REFUSED),
                                   {"budget_exhausted", REEL_ERROR_LIMIT},
                                   {"generation_failed", REEL_ERROR_BUSY},
                                   {"corrupt_input", REEL_ERROR_INVALID},
                                   {"something_new", REEL_ERROR_FAILED}})
    EXPECT_EQ(luma.read({{"state", "failed"}, {"failure_code", code}}).failure_is, kind) << code;
  EXPECT_EQ(luma.result(Json::parse(R"({"output": [{"type": "image", "url": "a"}, {"type": "video", "url": "b"}]})")),
            "b");
  EXPECT_EQ(luma.result(Json::parse(R"({"output": null})")), "");
}

TEST(Echoes, MatchWhatWasSentAndNothingElse) {
  const Json sent = Json::parse(R"({"model": "ray-2", "prompt": "a tiger", "loop": false})");
  const auto echo = [&](const char* changes) {
    Json echoed = sent;
    echoed.update(Json::parse(changes));
    return is_echo_of(echoed, sent);
  };
  EXPECT_TRUE(echo(R"({"callback_url": null, "keyframes": null, "generation_type": "video"})"));
  EXPECT_FALSE(echo(R"({"prompt": "a bear"})"));
  EXPECT_FALSE(echo(R"({"loop": true})"));
  EXPECT_FALSE(echo(R"({"keyframes": {"frame0": {"type": "generation", "id": "x"}}})"));
  EXPECT_FALSE(is_echo_of(Json(), sent));
}

TEST(Echoes, HaveATime) {
  EXPECT_EQ(parse_created("2026-11-22T04:29:17.982Z"), 1795321757);
  EXPECT_EQ(parse_created("yesterday"), std::nullopt);
}

}  // namespace
