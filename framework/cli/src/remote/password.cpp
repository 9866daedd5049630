#include "remote/password.hpp"

#include <bsd/readpassphrase.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"

namespace reel::cli::remote {
namespace {

std::string from_terminal(const std::string& prompt, int flags) {
  std::array<char, 1026> text{};
  const bool read = readpassphrase(prompt.c_str(), text.data(), text.size(), flags | RPP_REQUIRE_TTY) != nullptr;
  std::string out = text.data();
  explicit_bzero(text.data(), text.size());
  if (!read) throw base::Interrupted("nothing was entered");
  return out;
}

std::string read_password(const std::string& prompt) {
  if (const char* const set = std::getenv("REEL_PASSWORD")) return set;
  if (isatty(STDIN_FILENO) == 1) return from_terminal(prompt, RPP_ECHO_OFF);
  std::string line;
  std::getline(std::cin, line);
  return line;
}

}  // namespace

std::string ask_password(const std::string& prompt) {
  std::string password = read_password(prompt);
  if (password.empty())
    throw base::InputError("the password is empty", "type it, set REEL_PASSWORD, or write it to standard input");
  base::hide_in_logs(password);
  return password;
}

std::string ask_line(const std::string& prompt, const std::string& otherwise) {
  std::string line = isatty(STDIN_FILENO) == 1 ? from_terminal(prompt, RPP_ECHO_ON) : "";
  if (line.empty()) throw base::InputError("nobody says who logs in", otherwise);
  return line;
}

}  // namespace reel::cli::remote
