#include "aws_profile.hpp"

#include <filesystem>

#include "environment.hpp"
#include "reel/task.hpp"

namespace reel::storage {
namespace {

namespace fs = std::filesystem;

std::string trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r"), to = text.find_last_not_of(" \t\r");
  return from == std::string_view::npos ? std::string() : std::string(text.substr(from, to - from + 1));
}

/// `[profile work]` in one file is `[work]` in the other.
std::string section_name(std::string_view line) {
  std::string name = trimmed(line.substr(1, line.find(']') - 1));
  if (name.starts_with("profile ") || name.starts_with("profile\t")) name = trimmed(name.substr(8));
  return name;
}

Sections read(const char* variable_name, const char* file) {
  std::string path = variable(variable_name);
  if (path.empty()) path = variable("HOME") + "/.aws/" + file;
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return {};
  return parse_aws_file(file_text(path, "the settings for S3"));
}

}  // namespace

Sections parse_aws_file(std::string_view text) {
  Sections sections;
  std::string section, parent;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const bool indented = line.starts_with(' ') || line.starts_with('\t');
    const std::string content = trimmed(line);
    if (content.empty() || content.front() == '#' || content.front() == ';') continue;
    if (content.front() == '[' && !indented) {
      section = section_name(content);
      sections[section];
    } else if (const auto equals = content.find('='); equals != std::string::npos) {
      const std::string name = trimmed(std::string_view(content).substr(0, equals));
      if (!indented) parent = name;
      sections[section][indented ? parent + "." + name : name] = trimmed(std::string_view(content).substr(equals + 1));
    }
  }
  return sections;
}

Settings aws_profile() {
  const std::string named = variable("AWS_PROFILE"), name = named.empty() ? "default" : named;
  Sections secrets = read("AWS_SHARED_CREDENTIALS_FILE", "credentials"), config = read("AWS_CONFIG_FILE", "config");
  if (!named.empty() && !secrets.contains(name) && !config.contains(name))
    throw ExtensionError(REEL_ERROR_DENIED,
                         "AWS_PROFILE names '" + name + "', and neither AWS file has such a profile");
  Settings settings = secrets[name];
  settings.merge(config[name]);
  return settings;
}

}  // namespace reel::storage
