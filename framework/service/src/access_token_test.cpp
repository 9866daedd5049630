#include "access_token.hpp"

#include <gtest/gtest.h>
#include <jwt.h>

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

#include "crypto.hpp"

namespace reel::service {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr long issued = 1'800'000'000;
const auto now = AccessTokens::Clock::from_time_t(issued);

Key a_key(unsigned char byte) {
  Key key;
  key.bytes.fill(byte);
  return key;
}
const AccessTokens tokens(a_key(1), 15min);

json good_claims() {
  return {{"iss", "reelwork"}, {"aud", "reelwork-api"}, {"sub", "7"},    {"sid", "a-session"},
          {"jti", "an-id"},    {"iat", issued},         {"nbf", issued}, {"exp", issued + 900}};
}

/// What an attacker who had the key, or a careless program of ours, might make: any text as claims, any text as header.
std::string forged(const std::string& header, const std::string& claims, const Key& key = a_key(1)) {
  const std::string text = crypto::base64url(header) + "." + crypto::base64url(claims);
  const std::string_view secret(reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size());
  const std::string code = crypto::hmac_sha256(secret, text);
  std::string bytes;
  for (std::size_t i = 0; i < code.size(); i += 2)
    bytes += static_cast<char>(std::stoi(code.substr(i, 2), nullptr, 16));
  return text + "." + crypto::base64url(bytes);
}
const std::string our_header = R"({"alg":"HS256","typ":"JWT"})";

/// By libjwt, with an algorithm of its own.
std::string of_libjwt(jwt_alg_t algorithm, const json& claims) {
  jwt_t* token = nullptr;
  jwt_new(&token);
  jwt_add_grants_json(token, claims.dump().c_str());
  const Key key = a_key(1);
  if (algorithm != JWT_ALG_NONE) jwt_set_alg(token, algorithm, key.bytes.data(), static_cast<int>(key.bytes.size()));
  char* const text = jwt_encode_str(token);
  const std::string result = text;
  std::free(text);  // NOLINT
  jwt_free(token);
  return result;
}

bool reads(const std::string& token, AccessTokens::Clock::time_point at = now) {
  return tokens.read(token, at).has_value();
}

TEST(AccessToken, reads_back_as_made) {
  const auto subject = tokens.read(tokens.make({42, "s"}, now), now);
  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->user, 42);
  EXPECT_EQ(subject->session, "s");
  EXPECT_NE(tokens.make({42, "s"}, now), tokens.make({42, "s"}, now)) << "each has an id of its own";
}

TEST(AccessToken, the_forgeries_below_differ_from_this_one_only_in_what_they_say) {
  EXPECT_TRUE(reads(forged(our_header, good_claims().dump())));
  EXPECT_TRUE(reads(of_libjwt(JWT_ALG_HS256, good_claims())));
}

TEST(AccessToken, holds_from_its_time_to_its_end) {
  const std::string token = tokens.make({42, "s"}, now);
  EXPECT_TRUE(reads(token, now + 15min - 1s));
  EXPECT_FALSE(reads(token, now + 15min));
  EXPECT_FALSE(reads(token, now + 24h));
  EXPECT_TRUE(reads(token, now - 30s)) << "another server's clock may be behind";
  EXPECT_FALSE(reads(token, now - 31s));
}

TEST(AccessToken, other_algorithms_are_refused) {
  for (const jwt_alg_t algorithm : {JWT_ALG_NONE, JWT_ALG_HS384, JWT_ALG_HS512})
    EXPECT_FALSE(reads(of_libjwt(algorithm, good_claims()))) << jwt_alg_str(algorithm);
  for (const char* name : {"none", "None", "nOnE", "HS384", "HS512", "RS256", "ES256", "hs256", "HS256 ", ""})
    EXPECT_FALSE(reads(forged(json({{"alg", name}, {"typ", "JWT"}}).dump(), good_claims().dump()))) << name;
  const std::string unsigned_token =
      crypto::base64url(R"({"alg":"none","typ":"JWT"})") + "." + crypto::base64url(good_claims().dump()) + ".";
  EXPECT_FALSE(reads(unsigned_token));
  EXPECT_FALSE(reads(unsigned_token.substr(0, unsigned_token.size() - 1)));
}

TEST(AccessToken, other_headers_are_refused) {
  for (const char* header :
       {R"({"alg":"HS256"})", R"({"typ":"JWT","alg":"HS256"})", R"({"alg":"HS256","kid":"../x","typ":"JWT"})",
        R"({"alg":"HS256","typ":"JWT","crit":["b64"],"b64":false})", R"({"alg":"none","alg":"HS256","typ":"JWT"})",
        R"({"alg": "HS256", "typ": "JWT"})", R"({"alg":["HS256"],"typ":"JWT"})", R"([])", R"(null)", ""})
    EXPECT_FALSE(reads(forged(header, good_claims().dump()))) << header;
}

TEST(AccessToken, each_claim_has_to_be_there_and_right) {
  const json good = good_claims();
  for (const auto& [claim, value] : good.items()) {
    json missing = good, mistyped = good;
    missing.erase(claim);
    EXPECT_FALSE(reads(forged(our_header, missing.dump()))) << claim;
    mistyped[claim] = value.is_string() ? json(7) : json(std::to_string(issued));
    EXPECT_FALSE(reads(forged(our_header, mistyped.dump()))) << claim;
    mistyped[claim] = nullptr;
    EXPECT_FALSE(reads(forged(our_header, mistyped.dump()))) << claim;
  }
}

TEST(AccessToken, wrong_values_of_claims_are_refused) {
  const json wrong[] = {{{"iss", "other"}},
                        {{"aud", "other"}},
                        {{"aud", {"reelwork-api"}}},
                        {{"sub", ""}},
                        {{"sub", "7x"}},
                        {{"sub", "07"}},
                        {{"sub", "-7"}},
                        {{"sub", "0"}},
                        {{"sub", "99999999999999999999"}},
                        {{"sid", ""}},
                        {{"jti", ""}},
                        {{"exp", issued + 901}},
                        {{"exp", issued + 1000000}},
                        {{"exp", 1e300}},
                        {{"nbf", issued - 1}},
                        {{"nbf", issued + 1}},
                        {{"iat", issued + 0.5}},
                        {{"role", "admin"}}};
  for (const json& change : wrong) {
    json claims = good_claims();
    claims.update(change);
    EXPECT_FALSE(reads(forged(our_header, claims.dump()))) << change;
  }
}

TEST(AccessToken, tricks_of_json_are_refused) {
  std::string twice = good_claims().dump();
  twice.replace(0, 1, R"({"sub":"1",)");
  EXPECT_FALSE(reads(forged(our_header, twice)));
  std::string escaped = good_claims().dump();
  escaped.replace(escaped.find("\"sub\""), 5, R"("\u0073ub")");
  EXPECT_FALSE(reads(forged(our_header, escaped)));
  EXPECT_FALSE(reads(forged(our_header, good_claims().dump(1))));
  EXPECT_FALSE(reads(forged(our_header, good_claims().dump() + " ")));
  EXPECT_FALSE(reads(forged(our_header, "[" + good_claims().dump() + "]")));
  EXPECT_FALSE(reads(forged(our_header, std::string(300, '['))));
  EXPECT_FALSE(reads(forged(our_header, "")));
}

TEST(AccessToken, of_another_key_are_refused) {
  EXPECT_FALSE(reads(forged(our_header, good_claims().dump(), a_key(2))));
  EXPECT_FALSE(reads(AccessTokens(a_key(2), 15min).make({42, "s"}, now)));
}

TEST(AccessToken, any_change_or_cut_is_refused) {
  const std::string token = tokens.make({42, "s"}, now);
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char other : {'A', 'B', '.', '=', '\0', '\n'}) {
      if (token[i] == other) continue;
      std::string changed = token;
      changed[i] = other;
      EXPECT_FALSE(reads(changed)) << i;
    }
    EXPECT_FALSE(reads(token.substr(0, i))) << i;
  }
  for (const char* more : {".", "=", " ", "A", ".A"}) EXPECT_FALSE(reads(token + more)) << more;
  EXPECT_FALSE(reads(" " + token));
  EXPECT_FALSE(reads(token + std::string(1, '\0')));
}

TEST(AccessToken, signatures_of_other_parts_are_refused) {
  const std::string mine = tokens.make({42, "s"}, now), other = tokens.make({1, "s"}, now);
  EXPECT_FALSE(reads(other.substr(0, other.rfind('.')) + mine.substr(mine.rfind('.'))));
}

TEST(AccessToken, what_is_far_too_long_is_not_even_read) {
  json claims = good_claims();
  claims["jti"] = std::string(1'000'000, 'x');
  EXPECT_FALSE(reads(forged(our_header, claims.dump())));
  EXPECT_FALSE(reads(std::string(1'000'000, '.')));
  EXPECT_FALSE(reads(std::string(1000, '.')));
}

}  // namespace
}  // namespace reel::service
