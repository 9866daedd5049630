/// Asking the person at the keyboard.
#pragma once

#include <string>

namespace reel::cli::remote {

/// `$REEL_PASSWORD`; else, from the terminal, without showing what is typed; else, where there is none, the first line of standard input.
/// It appears in no log. Throws base::InputError if it is empty.
std::string ask_password(const std::string& prompt);
/// From the terminal. Throws base::InputError, with `otherwise` as hint, where there is none.
std::string ask_line(const std::string& prompt, const std::string& otherwise);

}  // namespace reel::cli::remote
