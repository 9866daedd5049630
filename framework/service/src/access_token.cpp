#include "access_token.hpp"

#include <jwt.h>

#include <charconv>
#include <cstdlib>
#include <memory>
#include <new>

#include "crypto.hpp"

namespace reel::service {
namespace {

constexpr const char* issuer = "reelwork";
constexpr const char* audience = "reelwork-api";
constexpr std::size_t longest_token = 1024;
constexpr std::chrono::seconds clock_skew{30};  // between servers of one installation

struct Free {
  void operator()(jwt_t* token) const { jwt_free(token); }
  void operator()(char* text) const { std::free(text); }  // NOLINT: libjwt allocates with malloc
};
using Token = std::unique_ptr<jwt_t, Free>;

std::string text(const Token& token, const char* claim) {
  const char* const value = jwt_get_grant(token.get(), claim);
  return value == nullptr ? "" : value;
}

}  // namespace

AccessTokens::AccessTokens(const Key& key, std::chrono::seconds lifetime) : key_(key), lifetime_(lifetime) {}

std::string AccessTokens::encoded(const Claims& claims) const {
  jwt_t* made = nullptr;
  if (jwt_new(&made) != 0) throw std::bad_alloc();
  const Token token(made);
  const int failed = jwt_set_alg(made, JWT_ALG_HS256, key_.bytes.data(), static_cast<int>(key_.bytes.size())) |
                     jwt_add_grant(made, "iss", issuer) | jwt_add_grant(made, "aud", audience) |
                     jwt_add_grant(made, "sub", std::to_string(claims.subject.user).c_str()) |
                     jwt_add_grant(made, "sid", claims.subject.session.c_str()) |
                     jwt_add_grant(made, "jti", claims.id.c_str()) | jwt_add_grant_int(made, "iat", claims.issued_at) |
                     jwt_add_grant_int(made, "nbf", claims.issued_at) |
                     jwt_add_grant_int(made, "exp", claims.issued_at + lifetime_.count());
  const std::unique_ptr<char, Free> text(failed != 0 ? nullptr : jwt_encode_str(made));
  if (!text) throw std::bad_alloc();
  return text.get();
}

AccessTokens::Claims AccessTokens::decoded(const std::string& text_form) const {
  Claims claims;
  jwt_t* found = nullptr;
  if (jwt_decode(&found, text_form.c_str(), key_.bytes.data(), static_cast<int>(key_.bytes.size())) != 0) return claims;
  const Token token(found);
  const std::string user = text(token, "sub");
  std::from_chars(user.data(), user.data() + user.size(), claims.subject.user);
  claims.subject.session = text(token, "sid");
  claims.id = text(token, "jti");
  claims.issued_at = jwt_get_grant_int(found, "iat");
  return claims;
}

std::string AccessTokens::make(const Subject& subject, Clock::time_point now) const {
  return encoded({subject, crypto::base64url(crypto::random_bytes(16)), static_cast<long>(Clock::to_time_t(now))});
}

// libjwt's own check takes expired tokens, other algorithms of the same key, claims that come twice. So a token counts only if it
// is, byte for byte, what encoded() makes of the claims found in it: that settles algorithm, signature, issuer, audience, the
// relation of the times, and that nothing else stands in it.
std::optional<AccessTokens::Subject> AccessTokens::read(const std::string& token, Clock::time_point now) const {
  if (token.size() > longest_token) return std::nullopt;
  const Claims claims = decoded(token);
  if (claims.subject.user <= 0 || claims.subject.session.empty() || claims.id.empty() ||
      !crypto::equal(encoded(claims), token))
    return std::nullopt;
  const auto issued = Clock::from_time_t(claims.issued_at);
  if (now + clock_skew < issued || now >= issued + lifetime_) return std::nullopt;
  return claims.subject;
}

}  // namespace reel::service
