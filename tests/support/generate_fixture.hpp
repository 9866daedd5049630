/// `reel generate` against Luma's emulator.
#pragma once

#include <random>

#include "luma_emulator.hpp"
#include "media.hpp"

namespace reel::tests {

/// Starts a command again and again and kills it at random moments, each within `longest_ms`, until so many were alive to be killed.
/// Returns how many were killed after the emulator had been asked, and before its result was there.
template <class Random>
int kill_at_random(const Installation& installation, const LumaEmulator& emulator, const std::string& command,
                   int kills, int longest_ms, Random& random) {
  std::uniform_int_distribution<int> moment(0, longest_ms);
  int under_way = 0;
  const int made_before = emulator.count("completed"), asked_before = emulator.count("created");
  for (int killed = 0, tries = 0; killed < kills && tries < 10 * kills; ++tries) {
    Program program(installation.line("exec " + command), installation.folder() / "log");
    std::this_thread::sleep_for(std::chrono::milliseconds(moment(random)));
    if (program.end(SIGKILL) != 128 + SIGKILL) continue;
    ++killed;
    const auto counters = emulator.state()["counters"];
    under_way += counters.value("created", 0) > asked_before && counters.value("completed", 0) == made_before ? 1 : 0;
  }
  return under_way;
}

class GenerateTest : public ::testing::Test {
 protected:
  GenerateTest() {
    setenv("LUMAAI_BASE_URL", emulator.dream_machine().c_str(), 1);
    setenv("LUMAAI_API_KEY", "emulator", 1);
    unsetenv("LUMA_AGENTS_API_KEY");
  }
  static std::string command(const std::string& prompt, const std::string& file = "clip.mp4") {
    return reel() + " generate " + quoted(std::filesystem::path(prompt)) + " --duration 5s --resolution 540p -o " +
           file;
  }
  Result generate(const std::string& prompt, const std::string& more = "") const {
    return installation.run(command(prompt) + " " + more);
  }
  std::filesystem::path clip_file(const std::string& name = "clip.mp4") const { return installation.folder() / name; }

  LumaEmulator emulator;
  Installation installation;
};

}  // namespace reel::tests
