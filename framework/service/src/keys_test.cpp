#include "reel/service/keys.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "command.hpp"
#include "reel/base/error.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class KeysTest : public testing::Test {
 protected:
  KeysTest() { ::unsetenv("REEL_KEY"); }
  ~KeysTest() override { ::unsetenv("REEL_KEY"); }

  void write(const std::string& bytes, mode_t mode = 0600) const {
    std::ofstream(folder / "key", std::ios::binary) << bytes;
    ::chmod((folder / "key").c_str(), mode);
  }
  base::Error refused() const {
    try {
      Keys::of_installation(folder);
    } catch (const base::Error& error) {
      return error;
    }
    ADD_FAILURE() << "the key was taken";
    return base::Error("");
  }

  const tests::TemporaryFolder temporary;
  const fs::path& folder = temporary.path();
};

auto signing_key(const Keys& keys) { return keys.derived(KeyPurpose::access_tokens).bytes; }

TEST_F(KeysTest, makes_a_file_that_is_closed_to_others_and_keeps_it) {
  const Keys made = Keys::of_installation(folder / "state");
  struct stat status {};
  ASSERT_EQ(::stat((folder / "state" / "key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(status.st_size, 32);
  EXPECT_EQ(signing_key(Keys::of_installation(folder / "state")), signing_key(made));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "state"), {}), 1) << "a temporary file stayed";
}

TEST_F(KeysTest, programs_that_start_at_once_agree) {
  std::vector<pid_t> programs;
  for (int i = 0; i < 16; ++i) {
    const pid_t program = ::fork();
    if (program == 0) {
      const Keys keys = Keys::of_installation(folder);
      std::ofstream(folder / ("saw-" + std::to_string(i)))
          << keys.unseal(keys.seal("x")) << signing_key(keys)[0] << signing_key(keys)[1] << signing_key(keys)[2];
      ::_exit(0);
    }
    programs.push_back(program);
  }
  for (const pid_t program : programs) {
    int status = 0;
    ::waitpid(program, &status, 0);
    EXPECT_EQ(status, 0);
  }
  std::set<std::string> seen;
  for (int i = 0; i < 16; ++i) {
    std::ifstream in(folder / ("saw-" + std::to_string(i)));
    seen.insert({std::istreambuf_iterator<char>(in), {}});
  }
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen.begin()->size(), 4U);
}

TEST_F(KeysTest, refuses_a_file_that_others_can_read) {
  write(std::string(32, 'k'), 0640);
  const base::Error error = refused();
  EXPECT_THAT(error.what(), HasSubstr("open to other users"));
  EXPECT_THAT(error.hint(), HasSubstr("chmod 600 " + (folder / "key").string()));
}

TEST_F(KeysTest, takes_a_file_that_even_its_owner_cannot_write) {
  write(std::string(32, 'k'), 0400);
  EXPECT_NO_THROW(Keys::of_installation(folder));
}

TEST_F(KeysTest, refuses_a_file_of_another_size_and_leaves_it) {
  for (const std::size_t size : {0, 31, 33, 4096}) {
    write(std::string(size, 'k'));
    const base::Error error = refused();
    EXPECT_THAT(error.what(), HasSubstr("has " + std::to_string(size) + " bytes; expected 32"));
    EXPECT_THAT(error.hint(), HasSubstr("backup"));
    EXPECT_EQ(fs::file_size(folder / "key"), size);
  }
}

TEST_F(KeysTest, refuses_a_folder_in_place_of_the_file) {
  fs::create_directory(folder / "key");
  EXPECT_THAT(refused().what(), HasSubstr("no file"));
}

TEST_F(KeysTest, the_environment_wins_and_makes_no_file) {
  ::setenv("REEL_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", 1);
  Key key;
  for (std::size_t i = 0; i < key.bytes.size(); ++i) key.bytes[i] = static_cast<unsigned char>(i);
  EXPECT_EQ(signing_key(Keys::of_installation(folder)), signing_key(Keys(key)));
  EXPECT_FALSE(fs::exists(folder / "key"));
}

TEST_F(KeysTest, refuses_a_bad_environment_without_repeating_it) {
  for (const char* text : {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", "not base64!", "c2VjcmV0"}) {
    ::setenv("REEL_KEY", text, 1);
    const base::Error error = refused();
    EXPECT_THAT(error.what() + error.hint(), testing::Not(HasSubstr(text)));
    EXPECT_THAT(error.hint(), HasSubstr("openssl rand"));
  }
}

TEST_F(KeysTest, purposes_have_keys_of_their_own) {
  const Keys keys{Key()};
  EXPECT_NE(keys.derived(KeyPurpose::access_tokens).bytes, keys.derived(KeyPurpose::webhook_secrets).bytes);
  EXPECT_NE(keys.derived(KeyPurpose::access_tokens).bytes, Key().bytes);
}

TEST_F(KeysTest, sealed_secrets_open_with_the_same_key_only) {
  const Keys keys{Key()};
  Key another;
  another.bytes[31] = 1;
  const std::string sealed = keys.seal("a secret");
  EXPECT_EQ(keys.unseal(sealed), "a secret");
  EXPECT_EQ(keys.unseal(keys.seal("")), "");
  EXPECT_NE(keys.seal("a secret"), sealed);
  EXPECT_THAT(sealed, testing::Not(HasSubstr("secret")));
  EXPECT_THROW(Keys(another).unseal(sealed), base::RunError);
}

TEST_F(KeysTest, changed_or_shortened_seals_do_not_open) {
  const Keys keys{Key()};
  const std::string sealed = keys.seal("a secret");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THROW(keys.unseal(changed), base::RunError) << i;
    EXPECT_THROW(keys.unseal(sealed.substr(0, i)), base::RunError) << i;
  }
}

}  // namespace
}  // namespace reel::service
