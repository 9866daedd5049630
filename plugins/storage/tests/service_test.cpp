#include "service.hpp"

#include <gtest/gtest.h>

#include "command.hpp"
#include "variables.hpp"

namespace reel::storage {
namespace {

using Variables = std::map<std::string, std::string>;

std::string bucket_url(const Variables& variables, const std::string& bucket, const std::string& scheme = "s3") {
  set_variables(variables);
  const Service service = configured_service(scheme);
  return service.bucket_url(bucket, service.region);
}

TEST(Service, has_its_buckets_in_the_host_where_they_fit) {
  EXPECT_EQ(bucket_url({}, "media"), "https://media.s3.us-east-1.amazonaws.com/");
  EXPECT_EQ(bucket_url({}, "my.media"), "https://s3.us-east-1.amazonaws.com/my.media/");
  EXPECT_EQ(bucket_url({}, "Media"), "https://s3.us-east-1.amazonaws.com/Media/");
  EXPECT_EQ(bucket_url({{"REEL_S3_ADDRESSING", "path"}}, "media"), "https://s3.us-east-1.amazonaws.com/media/");
}

TEST(Service, is_in_the_configured_region) {
  EXPECT_EQ(bucket_url({{"AWS_DEFAULT_REGION", "eu-west-1"}}, "media"), "https://media.s3.eu-west-1.amazonaws.com/");
  EXPECT_EQ(bucket_url({{"AWS_REGION", "cn-north-1"}, {"AWS_DEFAULT_REGION", "eu-west-1"}}, "media"),
            "https://media.s3.cn-north-1.amazonaws.com.cn/");
}

TEST(Service, is_at_the_configured_endpoint) {
  const Variables custom{{"AWS_ENDPOINT_URL", "http://minio:9000/"}};
  EXPECT_EQ(bucket_url(custom, "media"), "http://minio:9000/media/");
  EXPECT_EQ(bucket_url({{"AWS_ENDPOINT_URL", "http://a"}, {"AWS_ENDPOINT_URL_S3", "http://b"}}, "media"),
            "http://b/media/");
  EXPECT_EQ(bucket_url({{"AWS_ENDPOINT_URL", "http://minio:9000"}, {"REEL_S3_ADDRESSING", "virtual"}}, "media"),
            "http://media.minio:9000/");
  EXPECT_EQ(bucket_url(custom, "media", "gs"), "https://storage.googleapis.com/media/");
  EXPECT_EQ(bucket_url({{"STORAGE_EMULATOR_HOST", "localhost:4443"}}, "media", "gs"), "http://localhost:4443/media/");
}

TEST(Service, reads_the_files_of_aws) {
  const tests::TemporaryFolder folder;
  tests::write(folder / "config",
               "# ours\n[default]\nregion = eu-west-1\n[profile work]\nregion=eu-central-1\r\n"
               "endpoint_url = https://s3.example.org\ns3 =\n  addressing_style = virtual\n");
  tests::write(folder / "credentials",
               "[work]\naws_access_key_id = KEY\naws_secret_access_key = a=b/c+d==\n[default]\naws_access_key_id=D\n");
  const Variables files{{"AWS_CONFIG_FILE", folder / "config"},
                        {"AWS_SHARED_CREDENTIALS_FILE", folder / "credentials"}};
  Variables work = files;
  work["AWS_PROFILE"] = "work";
  EXPECT_EQ(bucket_url(files, "media"), "https://media.s3.eu-west-1.amazonaws.com/");
  EXPECT_EQ(bucket_url(work, "media"), "https://media.s3.example.org/");
  const Credentials who = configured_service("s3").credentials(nullptr, [] { return false; });
  EXPECT_EQ(who.access_key, "KEY");
  EXPECT_EQ(who.secret_key, "a=b/c+d==");
  work["AWS_PROFILE"] = "other";
  EXPECT_THROW(bucket_url(work, "media"), ExtensionError);
}

}  // namespace
}  // namespace reel::storage
