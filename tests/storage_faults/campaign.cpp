/// 300 transfers over a network that fails: each arrives whole, or fails with an error that says it may do better later; nothing that was read
/// or written is ever wrong, nothing is left over, and memory stays where it is for one transfer.
#include <iostream>
#include <sstream>

#include "faulty_proxy.hpp"
#include "s3_fixture.hpp"

namespace reel::tests {
namespace {

/// What this process had at most, in MiB: the test's own bytes, up to three times 18 MiB, among them.
std::size_t peak_memory() {
  std::istringstream status(read("/proc/self/status"));
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6)) / 1024;
  throw std::runtime_error("no VmHWM in /proc/self/status");
}

class Campaign : public S3Fixture {
 protected:
  Campaign() : proxy_(std::stoi(server.url().substr(server.url().rfind(':') + 1)), 20, 1) {
    setenv("REEL_STORAGE_TIMEOUT", "1", 1);
    setenv("AWS_ENDPOINT_URL", proxy_.url().c_str(), 1);
  }
  /// False: given up, with the error of something that passes.
  bool arrives(const std::function<void()>& transfer) {
    try {
      transfer();
      return true;
    } catch (const StorageFault& fault) {
      EXPECT_EQ(fault.code, REEL_ERROR_BUSY) << fault.what();
      return false;
    }
  }
  /// How many each open upload has. Uploads without any are those whose very beginning was not answered: nobody knows their names.
  std::string parts_left() const {
    return shell("for id in $(/usr/bin/aws --endpoint-url " + server.url() +
                 " s3api list-multipart-uploads --bucket media --query 'Uploads[].[UploadId]' --output text); do "
                 "/usr/bin/aws --endpoint-url " +
                 server.url() +
                 " s3api list-parts --bucket media --key object --upload-id $id --query 'length(Parts || `[]`)'; done "
                 "2>/dev/null | grep -vx 0")
        .output;
  }
  FaultyProxy proxy_;
};

TEST_F(Campaign, arrives_whole_or_not_at_all) {
  std::minstd_rand random(7);
  int given_up = 0;
  std::string there;  // what was written last
  for (int i = 0; i < 150; ++i) {
    const std::size_t size = i % 3 == 0 ? random() % (18 * mebibyte) : random() % mebibyte;
    const std::string bytes = noise(size, static_cast<std::uint64_t>(i));
    if (arrives([&] { storage.put("s3://media/object", bytes); }))
      there = bytes;
    else
      ++given_up;
    // A put that was given up may have been done all the same: its answer was lost.
    std::string got;
    if (arrives([&] { got = storage.get("s3://media/object"); })) {
      EXPECT_TRUE(got == there || got == bytes) << i;
      there = got;
    } else {
      ++given_up;
    }
  }
  std::cout << proxy_.faults() << " faults, " << given_up << " of 300 transfers given up, " << peak_memory()
            << " MiB at most\n";
  EXPECT_GT(proxy_.faults(), 50);
  EXPECT_LE(given_up, 3);
  EXPECT_EQ(parts_left(), "");
  EXPECT_LT(peak_memory(), 200U);
}

}  // namespace
}  // namespace reel::tests
