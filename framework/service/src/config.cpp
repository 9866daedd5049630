#include "reel/service/config.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/model/document.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

fs::path home() { return environment("HOME").value_or("/"); }

fs::path xdg(const char* variable, const char* fallback) {
  const auto value = environment(variable);
  return (value ? fs::path(*value) : home() / fallback) / "reelwork";
}

/// As root the cluster's files must be reachable for the unprivileged user that runs PostgreSQL.
fs::path default_state_folder() {
  return geteuid() == 0 ? fs::path("/var/lib/reelwork") : xdg("XDG_STATE_HOME", ".local/state");
}

/// False, and `into` as it was: it is no number of 0 or more.
bool read_number(const std::string& text, double& into) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !(number >= 0)) return false;
  into = number;
  return true;
}

/// Walks the tree of one configuration file.
class Reader {
 public:
  using Handler = std::function<void(const model::Node&)>;
  using Table = std::map<std::string, Handler>;

  Reader(model::Diagnosed& diagnosed, fs::path folder) : diagnosed_(diagnosed), folder_(std::move(folder)) {}

  void map(const model::Node& node, const Table& table) {
    if (node.kind == model::Node::Kind::null) return;
    if (node.kind != model::Node::Kind::map) return fault(node.mark, "wrong-type", "expected a map of settings");
    for (const auto& entry : node.entries) {
      const auto found = table.find(entry.key);
      if (found != table.end()) {
        found->second(entry.value);
        continue;
      }
      std::vector<std::string> known;
      for (const auto& [key, handler] : table) known.push_back(key);
      const std::string near = base::nearest(entry.key, known);
      fault(entry.key_mark, "unknown-key",
            "unknown setting '" + entry.key + "'; expected " + base::join_words(known, "or"),
            near.empty() ? "" : "did you mean '" + near + "'?");
    }
  }

  Handler section(Table table) {
    return [this, table = std::move(table)](const model::Node& node) { map(node, table); };
  }
  Handler text(std::optional<std::string>& into) {
    return [this, &into](const model::Node& node) {
      if (is_text(node)) into = node.scalar;
    };
  }
  /// Not less than 0.
  Handler number(double& into) {
    return [this, &into](const model::Node& node) {
      if (!read_number(node.scalar, into)) fault(node.mark, "wrong-type", "expected a number, 0 or more");
    };
  }
  Handler path(fs::path& into) {
    return [this, &into](const model::Node& node) {
      if (is_text(node)) into = resolved(node.scalar);
    };
  }
  Handler texts(std::vector<std::string>& into) {
    return [this, &into](const model::Node& node) {
      if (node.kind != model::Node::Kind::list) return fault(node.mark, "wrong-type", "expected a list of texts");
      into.clear();
      for (const model::Node& item : node.items)
        if (is_text(item)) into.push_back(item.scalar);
    };
  }
  Handler paths(std::vector<fs::path>& into) {
    return [this, &into](const model::Node& node) {
      std::vector<std::string> raw;
      texts(raw)(node);
      for (const std::string& item : raw) into.push_back(resolved(item));
    };
  }

 private:
  bool is_text(const model::Node& node) {
    if (node.kind == model::Node::Kind::scalar) return true;
    fault(node.mark, "wrong-type", "expected a text");
    return false;
  }

  fs::path resolved(const std::string& text) const {
    if (text.starts_with("~/")) return home() / text.substr(2);
    return folder_ / text;
  }

  void fault(model::Mark mark, std::string code, std::string message, std::string hint = {}) {
    diagnosed_.diagnostics.push_back(
        {model::Severity::error, std::move(code), mark, std::move(message), std::move(hint)});
  }

  model::Diagnosed& diagnosed_;
  fs::path folder_;
};

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw base::InputError("cannot read the configuration " + file.string(),
                           "check that the file exists and that you may read it");
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

}  // namespace

std::optional<fs::path> find_config(const std::optional<fs::path>& chosen) {
  if (chosen) return chosen;
  if (const auto named = environment("REEL_CONFIG")) return *named;
  for (const fs::path& file : {xdg("XDG_CONFIG_HOME", ".config") / "reel.yaml", fs::path("/etc/reelwork/reel.yaml")}) {
    std::error_code ignored;
    if (fs::exists(file, ignored)) return file;
  }
  return std::nullopt;
}

Config load_config(const std::optional<fs::path>& file, model::Diagnosed& diagnosed) {
  Config config;
  config.state_folder = default_state_folder();
  config.secrets_folder = xdg("XDG_CONFIG_HOME", ".config") / "secrets";
  if (file) {
    const model::Document document = model::parse_document(file->string(), read_file(*file), diagnosed);
    Reader reader(diagnosed, fs::absolute(*file).parent_path());
    reader.map(
        document.root,
        {{"plugins", reader.section({{"folders", reader.paths(config.plugin_folders)}})},
         {"policy", reader.section({{"stages", reader.section({{"allow", reader.texts(config.allow_stages)},
                                                               {"deny", reader.texts(config.deny_stages)}})},
                                    {"schemes", reader.section({{"allow", reader.texts(config.allow_schemes)},
                                                                {"deny", reader.texts(config.deny_schemes)}})}})},
         {"database", reader.section({{"url", reader.text(config.database_url)}})},
         {"state", reader.path(config.state_folder)},
         {"cache", reader.section({{"gigabytes", reader.number(config.cache_gigabytes)}})},
         {"secrets", reader.path(config.secrets_folder)}});
  }
  if (const auto url = environment("REEL_DATABASE_URL")) config.database_url = url;
  if (const auto state = environment("REEL_STATE")) config.state_folder = fs::absolute(*state);
  if (const auto size = environment("REEL_CACHE_GIGABYTES"); size && !read_number(*size, config.cache_gigabytes))
    throw base::InputError("REEL_CACHE_GIGABYTES is '" + base::printable(*size) + "', which is no number",
                           "set it to a number of gigabytes, 0 to keep nothing");
  return config;
}

}  // namespace reel::service
