#include "context.hpp"

#include <gst/gst.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/service/secrets.hpp"
#include "terminal.hpp"
#include "version.hpp"
#include "yaml_edit.hpp"

namespace reel::cli {
namespace {

namespace fs = std::filesystem;

std::string read_all(std::istream& in) {
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

[[noreturn]] void unreadable(const std::string& file, const std::string& what, const std::string& hint) {
  throw InvalidInput{{file, "", {{model::Severity::error, "unreadable", {}, what, hint}}}};
}

/// The last sink of the pipeline, or null.
model::Node* last_sink(model::Document& document) {
  const auto stages = std::ranges::find(document.root.entries, "stages", &model::Node::Entry::key);
  if (stages == document.root.entries.end()) return nullptr;
  auto& items = stages->value.items;
  const auto found = std::find_if(items.rbegin(), items.rend(), [](const model::Node& stage) {
    const model::Node* const uses = stage.find("uses");
    return uses != nullptr && (uses->scalar == "sink" || uses->scalar == "reel/sink");
  });
  return found == items.rend() ? nullptr : &*found;
}

/// `${NAME}` and nothing else: NAME; else empty.
std::string substituted_name(const std::string& scalar) {
  if (!scalar.starts_with("${") || scalar.find('}') != scalar.size() - 1 || scalar.find(':') != std::string::npos)
    return {};
  return scalar.substr(2, scalar.size() - 3);
}

/// `--output` stands for the `uri` of the last sink: for the parameter that it takes it from, or for itself.
void replace_output(model::Document& document, const std::string& output, std::map<std::string, std::string>& set) {
  model::Node* const sink = last_sink(document);
  if (sink == nullptr) throw base::InputError("--output has nothing to stand for: the pipeline has no stage `sink`");
  const model::Mark mark = sink->find("uses")->mark;
  model::Node& uri = entry(entry(*sink, "with", mark), "uri", mark);
  if (const std::string name = substituted_name(uri.scalar); !name.empty()) {
    set[name] = output;
    return;
  }
  const model::Mark place = uri.mark;
  uri = as_text(output);
  uri.mark = place;
}

}  // namespace

std::string read_pipeline(const std::string& file) {
  if (file == "-") return read_all(std::cin);
  std::error_code fault;
  const auto status = fs::status(file, fault);
  if (!fs::exists(status))
    unreadable(file, "there is no such file", "`reel new pipeline NAME` makes one to start from");
  if (fs::is_directory(status)) unreadable(file, "this is a folder, expected a pipeline's YAML file", "");
  std::ifstream in(file, std::ios::binary);
  if (!in) unreadable(file, "the file cannot be read", "check its permissions");
  return read_all(in);
}

std::map<std::string, std::string> parse_settings(const std::vector<std::string>& settings, const std::string& option,
                                                  const std::string& shown) {
  std::map<std::string, std::string> values;
  for (const std::string& setting : settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
      throw base::InputError(option + " " + setting + ": expected " + shown,
                             "for example " + option + " input=clip.mp4");
    values[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  return values;
}

void Context::configure(const std::optional<fs::path>& config_file) {
  model::Diagnosed diagnosed;
  const auto file = service::find_config(config_file);
  diagnosed.file = file ? file->string() : "";
  config_ = service::load_config(file, diagnosed);
  if (diagnosed.has_errors()) throw InvalidInput{std::move(diagnosed)};
}

const catalog::Catalog& Context::catalog() {
  if (catalog_) return *catalog_;
  gst_init(nullptr, nullptr);
  catalog::CatalogOptions options;
  options.folders = config_.plugin_folders;
  for (auto& folder : catalog::default_plugin_folders()) options.folders.push_back(std::move(folder));
  options.policy = {config_.allow_stages, config_.deny_stages, config_.allow_schemes, config_.deny_schemes};
  options.host_version = version;
  options.services.secret = [this](const std::string& name) {
    return service::find_secret(config_.secrets_folder, name);
  };
  options.services.cache_folder = config_.state_folder / "plugins";
  catalog_ = std::make_unique<catalog::Catalog>(options);
  return *catalog_;
}

std::shared_ptr<engine::SpanCache> Context::span_cache() const {
  constexpr double gigabyte = 1e9;
  return std::make_shared<engine::SpanCache>(config_.state_folder / "spans",
                                             static_cast<std::uint64_t>(config_.cache_gigabytes * gigabyte));
}

std::string Context::secret(const std::string& name) const {
  auto value = service::find_secret(config_.secrets_folder, name);
  if (!value)
    throw base::InputError("there is no secret '" + name + "'",
                           "set REEL_SECRET_" + name + " or put it into " + (config_.secrets_folder / name).string());
  base::hide_in_logs(*value);
  return *std::move(value);
}

model::CheckOptions Context::check_options(const LoadOptions& options) {
  model::CheckOptions check;
  check.set = parse_settings(options.set);
  check.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  };
  check.has_secret = [this](const std::string& name) {
    return service::find_secret(config_.secrets_folder, name).has_value();
  };
  const catalog::Policy policy{config_.allow_stages, config_.deny_stages, config_.allow_schemes, config_.deny_schemes};
  check.refuse_uri = [policy](const std::string& uri) { return policy.refuse_uri(uri); };
  check.require_params = options.require_params;
  return check;
}

Context::Loaded Context::load(const std::string& file, const LoadOptions& options) {
  return load_text(file == "-" ? "<stdin>" : file, read_pipeline(file), options);
}

Context::Loaded Context::load_text(const std::string& name, const std::string& text, const LoadOptions& options) {
  Loaded loaded;
  model::Document document = model::parse_document(name, text, loaded.diagnosed);
  if (loaded.diagnosed.has_errors()) return loaded;
  model::CheckOptions check = check_options(options);
  if (options.output) replace_output(document, *options.output, check.set);
  if (options.change) options.change(document);
  loaded.pipeline = model::check_pipeline(document, catalog(), check, loaded.diagnosed);
  return loaded;
}

engine::Prepared Context::prepare(const std::string& file, const LoadOptions& options) {
  return prepare_loaded(load(file, options));
}

engine::Prepared Context::prepare_text(const std::string& name, const std::string& text, const LoadOptions& options) {
  return prepare_loaded(load_text(name, text, options));
}

engine::Prepared Context::prepare_loaded(Loaded loaded) {
  std::optional<engine::Prepared> prepared;
  if (loaded.pipeline) prepared = engine::prepare(*loaded.pipeline, loaded.diagnosed);
  if (!prepared) throw InvalidInput{std::move(loaded.diagnosed)};
  if (!loaded.diagnosed.diagnostics.empty())
    std::cerr << model::to_text(loaded.diagnosed, terminal::colors(terminal::Stream::error));
  return *std::move(prepared);
}

bool is_pipeline(const std::string& name) { return name == "-" || name.ends_with(".yaml") || name.ends_with(".yml"); }

}  // namespace reel::cli
