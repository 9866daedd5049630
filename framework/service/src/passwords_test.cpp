#include "passwords.hpp"

#include <gmock/gmock.h>

#include <ctime>
#include <string>

namespace reel::service {
namespace {

using testing::StartsWith;

TEST(PasswordFault, names_what_is_wrong) {
  EXPECT_EQ(password_fault("correct horse", "a@b.c"), "");
  EXPECT_EQ(password_fault("ninechars", "a@b.c"), "is shorter than 10 characters");
  EXPECT_EQ(password_fault(std::string(256, 'a') + std::string(768, 'b') + "cd", "a@b.c"), "is longer than 1024 bytes");
  EXPECT_EQ(password_fault("Somebody@Example.org", "somebody@example.org"), "is the e-mail address");
  EXPECT_EQ(password_fault("1231231231", "a@b.c"), "has fewer than 4 different characters");
  EXPECT_EQ(password_fault("Password123", "a@b.c"), "is one of the most common ones");
  EXPECT_EQ(password_fault("qwertyuiop", "a@b.c"), "is one of the most common ones");
}

TEST(PasswordFault, takes_any_bytes_of_any_length_within_the_limits) {
  EXPECT_EQ(password_fault("0123456978", ""), "");
  EXPECT_EQ(password_fault(std::string("ab\0cdefghij", 11), ""), "");
  std::string long_one;
  while (long_one.size() < 1024) long_one += "abcd";
  EXPECT_EQ(password_fault(long_one, ""), "");
}

TEST(Passwords, are_kept_as_argon2id_of_64_mib_with_salt) {
  Passwords passwords(1, 0);
  const std::string hash = passwords.hash("correct horse");
  EXPECT_THAT(hash, StartsWith("$argon2id$v=19$m=65536,t=2,p=1$"));
  EXPECT_LE(hash.size(), 255U);
  EXPECT_NE(passwords.hash("correct horse"), hash);
  EXPECT_TRUE(passwords.verify(hash, "correct horse"));
  EXPECT_FALSE(passwords.verify(hash, "correct horsf"));
  EXPECT_FALSE(passwords.verify(hash, ""));
}

TEST(Passwords, bytes_after_a_nul_count) {
  Passwords passwords(1, 0);
  const std::string hash = passwords.hash(std::string("ab\0cdefghij", 11));
  EXPECT_FALSE(passwords.verify(hash, std::string("ab\0cdefghik", 11)));
  EXPECT_FALSE(passwords.verify(hash, "ab"));
}

/// Of the processor, spent by this thread: other load does not count.
double work_of_verifying(Passwords& passwords, const std::string& hash) {
  const auto spent = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const double before = spent();
  EXPECT_FALSE(passwords.verify(hash, "a wrong password"));
  return spent() - before;
}

TEST(Passwords, what_is_no_hash_costs_the_same_and_never_fits) {
  Passwords passwords(1, 0);
  const double usual = work_of_verifying(passwords, passwords.hash("correct horse"));
  for (const char* hash : {"", "!", "$1$abc$def", "$argon2id$"}) {
    const auto before = passwords.computed();
    EXPECT_GT(work_of_verifying(passwords, hash), usual / 10) << hash;
    EXPECT_EQ(passwords.computed(), before + 1) << hash;
    EXPECT_FALSE(passwords.verify(hash, "")) << hash;
  }
}

}  // namespace
}  // namespace reel::service
