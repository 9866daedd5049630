/// `reel doctor`: checks this machine and says what to install.
#include <gst/gst.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "commands.hpp"
#include "reel/base/text.hpp"
#include "terminal.hpp"
#include "version.hpp"

namespace reel::cli {
namespace {

namespace fs = std::filesystem;

/// An element that Reelwork uses, what it is for, and the Debian package that has it.
struct Needed {
  const char* element;
  const char* purpose;
  const char* package;
  bool required;
};

constexpr Needed elements[] = {
    {"uridecodebin", "reading media", "gstreamer1.0-plugins-base", true},
    {"videoconvert", "converting pictures", "gstreamer1.0-plugins-base", true},
    {"audioresample", "converting sound", "gstreamer1.0-plugins-base", true},
    {"qtdemux", "MP4 and MOV files", "gstreamer1.0-plugins-good", true},
    {"matroskademux", "MKV and WebM files", "gstreamer1.0-plugins-good", true},
    {"avdec_h264", "decoding H.264", "gstreamer1.0-libav", true},
    {"x264enc", "encoding H.264", "gstreamer1.0-plugins-ugly", true},
    {"avenc_aac", "encoding AAC", "gstreamer1.0-libav", true},
    {"opusenc", "encoding Opus", "gstreamer1.0-plugins-base", false},
    {"flacenc", "encoding FLAC", "gstreamer1.0-plugins-good", false},
    {"vp9enc", "encoding VP9", "gstreamer1.0-plugins-good", false},
    {"x265enc", "encoding H.265", "gstreamer1.0-plugins-bad", false},
    {"av1enc", "encoding AV1", "gstreamer1.0-plugins-bad", false},
    {"avenc_prores_ks", "encoding ProRes", "gstreamer1.0-libav", false},
};

class Findings {
 public:
  void good(const std::string& what) { print("ok", "\033[32m", what); }
  void missing(const std::string& what, const std::string& cure, bool required) {
    print(required ? "missing" : "optional", required ? "\033[31m" : "\033[33m", what);
    std::cout << "           " << cure << '\n';
    failed_ = failed_ || required;
  }
  bool failed() const { return failed_; }

 private:
  static void print(const std::string& mark, const char* color, const std::string& what) {
    const bool colors = terminal::colors(terminal::Stream::output);
    std::cout << (colors ? color : "") << mark << (colors ? "\033[0m" : "") << std::string(11 - mark.size(), ' ')
              << what << '\n';
  }
  bool failed_ = false;
};

void check_elements(Findings& findings) {
  for (const Needed& needed : elements) {
    GstElementFactory* const factory = gst_element_factory_find(needed.element);
    if (factory != nullptr) gst_object_unref(factory);
    const std::string what = std::string(needed.purpose) + " (" + needed.element + ")";
    if (factory != nullptr)
      findings.good(what);
    else
      findings.missing(what, std::string("apt install ") + needed.package, needed.required);
  }
}

void check_plugins(Findings& findings, const catalog::Catalog& catalog) {
  const auto& plugins = catalog.plugins();
  const auto refused = std::ranges::count_if(plugins, [](const auto& p) { return !p.refused.empty(); });
  const auto good = plugins.size() - static_cast<std::size_t>(refused);
  const std::string where = [] {
    std::vector<std::string> folders;
    for (const fs::path& folder : catalog::default_plugin_folders()) folders.push_back(folder.string());
    return base::join_words(folders);
  }();
  if (good > 0)
    findings.good(std::to_string(good) + " plugins with " + std::to_string(catalog.stages().size()) + " stages");
  else if (plugins.empty())
    findings.missing("plugins", "none was found in " + where, true);
  if (refused > 0)
    findings.missing(std::to_string(refused) + " refused plugins", "`reel plugins --all` says why", good == 0);
}

bool on_path(const char* program) {
  const char* const path = std::getenv("PATH");
  std::string folders = path != nullptr ? path : "";
  for (std::size_t at = 0; at < folders.size();) {
    const auto end = std::min(folders.find(':', at), folders.size());
    if (access((fs::path(folders.substr(at, end - at)) / program).c_str(), X_OK) == 0) return true;
    at = end + 1;
  }
  return false;
}

void check_database(Findings& findings, const service::Config& config) {
  if (config.database_url) return findings.good("a database is configured");
  std::error_code ignored;
  bool server = on_path("postgres");
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored))
    server = server || fs::exists(entry.path() / "bin/postgres", ignored);
  if (server)
    findings.good("PostgreSQL, for recorded jobs");
  else
    findings.missing("PostgreSQL, for recorded jobs (reel run --record)", "apt install postgresql", false);
}

base::ExitCode doctor(Context& context) {
  Findings findings;
  const catalog::Catalog& catalog = context.catalog();
  gchar* const gstreamer = gst_version_string();
  findings.good(std::string("Reelwork ") + version + " on " + gstreamer);
  g_free(gstreamer);
  check_elements(findings);
  check_plugins(findings, catalog);
  check_database(findings, context.config());
  if (on_path("dot"))
    findings.good("Graphviz, for `reel graph`");
  else
    findings.missing("Graphviz, for `reel graph`", "apt install graphviz", false);
  std::cout << "\nstate folder: " << context.config().state_folder.string() << '\n';
  if (findings.failed()) std::cout << "Something that Reelwork needs is missing: see above.\n";
  return findings.failed() ? base::ExitCode::run_failed : base::ExitCode::done;
}

}  // namespace

void add_doctor(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("doctor", "Check this machine and say what to install");
  command->callback([&chosen] { chosen.action = doctor; });
}

}  // namespace reel::cli
