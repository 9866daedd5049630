/// The program's log: spdlog behind one door, so that secrets never pass it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace reel::base {

enum class Level { debug, info, warning, error };
std::string_view name(Level level);

/// One line of log. `stage` is the id of the stage it is about, or empty; `id` that of the call, or empty.
struct LogLine {
  Level level = Level::info;
  std::string stage;
  std::string message;
  std::string id{};
};

/// Any thread. Values given to hide_in_logs() are replaced by `***`.
void log(Level level, std::string_view message, std::string_view stage = {}, std::string_view id = {});

/// From now on `secret` appears in no log line and in no text that redacted() returns. Any thread.
/// Texts shorter than 4 characters are hidden as whole words only.
void hide_in_logs(std::string secret);
std::string redacted(std::string_view text);

/// Lowest level that reaches standard error (default: warning). Listeners get every line.
void set_stderr_level(Level level);
Level stderr_level();
/// From now on standard error gets one JSON object a line: `time` (RFC 3339, UTC), `level`, `message` and, where there are, `stage` and
/// `id`. Default: lines for people, which leave `id` out.
void set_stderr_json(bool json);

/// Calls `listener` for each line, redacted, on the thread that logs, until the handle dies.
class LogListener {
 public:
  /// beside: standard error gets its lines too; instead: it gets none meanwhile, for the listener shows them.
  enum class Stderr { beside, instead };
  explicit LogListener(std::function<void(const LogLine&)> listener, Stderr is = Stderr::beside);
  ~LogListener();
  LogListener(const LogListener&) = delete;
  LogListener& operator=(const LogListener&) = delete;

 private:
  int id_;
  Stderr stderr_;
};

}  // namespace reel::base
