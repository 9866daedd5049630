/// A whole installation of Reelwork in a folder of its own: the programs as users start them.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "command.hpp"

namespace reel::tests {

/// A program that runs beside the test.
class Program {
 public:
  /// Runs a line of shell that ends in the program; what it says goes to `log`.
  Program(const std::string& line, std::filesystem::path log) : log_(std::move(log)) {
    std::string shell_name = "sh", flag = "-c", command = "exec >" + quoted(log_) + " 2>&1; " + line;
    char* const arguments[] = {shell_name.data(), flag.data(), command.data(), nullptr};
    write(log_, "");
    if (posix_spawn(&pid_, "/bin/sh", nullptr, nullptr, arguments, environ) != 0)
      throw std::runtime_error("cannot run " + line);
  }
  ~Program() {
    if (pid_ != 0) end(SIGTERM);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t process() const { return pid_; }
  std::string said() const { return read(log_); }
  /// The exit code, or 128 and the signal.
  int end(int signal) {
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  /// The rest of the line that begins with `mark`, once it is there; empty: it did not come in time.
  std::string waits_for(const std::string& mark) const {
    for (int i = 0; i < 1200; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
      const std::string text = said();
      const auto at = text.find(mark), end = text.find('\n', at == text.npos ? 0 : at);
      if (at != text.npos && end != text.npos) return text.substr(at + mark.size(), end - at - mark.size());
      if (::kill(pid_, 0) != 0) break;
    }
    return {};
  }

 private:
  std::filesystem::path log_;
  pid_t pid_ = 0;
};

class Installation {
 public:
  /// `config`: the text of its reel.yaml.
  explicit Installation(const std::string& config = "") { write(folder_ / "reel.yaml", config); }

  const TemporaryFolder& folder() const { return folder_; }
  std::filesystem::path state() const { return folder_ / "state"; }
  /// `http://127.0.0.1:PORT`, once there is a server.
  const std::string& url() const { return url_; }
  std::string port() const { return url_.substr(url_.rfind(':') + 1); }

  /// A line of shell, in the folder, with the environment of this installation.
  std::string line(const std::string& command) const {
    return "cd " + quoted(folder_.path()) + " && export REEL_CACHE_GIGABYTES=1 REEL_STATE=" + quoted(state()) +
           " XDG_CONFIG_HOME=" + quoted(folder_ / "config") + " REEL_CONFIG=" + quoted(folder_ / "reel.yaml") +
           (url_.empty() ? "" : " REEL_SERVER=" + url_) + " && " + command;
  }
  Result run(const std::string& command) const { return shell(line(command)); }

  /// Starts the server, on the port that it had before.
  void serve(const std::string& more = "") {
    server_.reset();
    const std::string on = url_.empty() ? "0" : port();
    server_ =
        std::make_unique<Program>(line("exec " + reel() + " serve --port " + on + " " + more), folder_ / "server.log");
    const std::string where = server_->waits_for("listening on ");
    if (where.empty()) throw std::runtime_error("no server: " + server_->said());
    url_ = where;
  }
  Program& server() { return *server_; }

  /// Somebody with an account, the password `a long password`, whom this folder's commands speak for.
  void add_user(const std::string& email) const {
    const Result made = run("REEL_PASSWORD='a long password' " + reel() + " admin add-user " + email);
    EXPECT_EQ(made.exit, 0) << made.output;
    const Result login = run("REEL_PASSWORD='a long password' " + reel() + " login --email " + email);
    EXPECT_EQ(login.exit, 0) << login.output;
  }

 private:
  const TemporaryFolder folder_;
  std::string url_;
  std::unique_ptr<Program> server_;
};

}  // namespace reel::tests
