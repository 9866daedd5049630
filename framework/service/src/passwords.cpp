#include "passwords.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "crypto.hpp"

namespace reel::service {
namespace {

constexpr std::size_t shortest = 10, longest = 1024;
constexpr unsigned long long passes = 2;
constexpr std::size_t memory = std::size_t{64} << 20;

// Those of the most common passwords that are long enough to be taken otherwise, in lower case.
constexpr std::array<std::string_view, 56> common = {
    "0123456789",   "0987654321",       "1029384756",   "1234567890",   "12345678900",  "12345678910",   "123456789a",
    "123456789q",   "1234567891",       "1234qwerasdf", "123qweasdzxc", "147258369a",   "1q2w3e4r5t",    "1q2w3e4r5t6y",
    "1qaz2wsx3edc", "1qazxsw23edc",     "9876543210",   "abcd123456",   "abcdefghij",   "administrator", "asdfghjkl1",
    "asdfghjkl;",   "baseball123",      "basketball",   "changeme123",  "charlie123",   "computer123",   "football123",
    "iloveyou12",   "iloveyou123",      "letmein123",   "liverpool1",   "manchester",   "michael123",    "monkey1234",
    "p@ssw0rd123",  "pass123456",       "passw0rd123",  "password01",   "password12",   "password123",   "password1234",
    "password123!", "passwordpassword", "princess123",  "q1w2e3r4t5",   "q1w2e3r4t5y6", "qazwsxedcrfv",  "qwer123456",
    "qwerty1234",   "qwerty12345",      "qwerty123456", "qwertyuiop",   "sunshine123",  "welcome123",    "zxcvbnm123"};

std::string lower(std::string_view text) {
  std::string low(text);
  std::transform(low.begin(), low.end(), low.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return low;
}

}  // namespace

std::string password_fault(std::string_view password, std::string_view email) {
  if (password.size() < shortest) return "is shorter than 10 characters";
  if (password.size() > longest) return "is longer than 1024 bytes";
  const std::string low = lower(password);
  if (low == lower(email)) return "is the e-mail address";
  if (std::set<char>(low.begin(), low.end()).size() < 4) return "has fewer than 4 different characters";
  if (std::find(common.begin(), common.end(), low) != common.end()) return "is one of the most common ones";
  return {};
}

Passwords::Passwords(int at_once, int waiting)
    : turnstile_(at_once, waiting), dummy_(hash(crypto::random_bytes(shortest))) {}

std::string Passwords::hash(std::string_view password) {
  crypto::initialise();
  const Turnstile::Turn turn(turnstile_);
  ++computed_;
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), passes, memory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw base::TransientError("There is not enough memory for a login now.", "Try again in a few seconds.");
  return text.data();
}

bool Passwords::verify(const std::string& hash, std::string_view password) {
  const bool known = crypto_pwhash_str_needs_rehash(hash.c_str(), passes, memory) >= 0;
  const Turnstile::Turn turn(turnstile_);
  ++computed_;
  const bool right = crypto_pwhash_str_verify((known ? hash : dummy_).c_str(), password.data(), password.size()) == 0;
  return known && right;
}

}  // namespace reel::service
