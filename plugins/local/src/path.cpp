#include "path.hpp"

#include <gst/gst.h>

#include <algorithm>
#include <filesystem>
#include <memory>

namespace reel::local {
namespace {

struct Free {
  void operator()(void* p) const { g_free(p); }
};
using Text = std::unique_ptr<gchar, Free>;

std::string take_error(GError* error) {
  std::string what = error != nullptr ? error->message : "it is not well formed";
  g_clear_error(&error);
  return what;
}

}  // namespace

bool has_scheme(const std::string& uri) {
  return gst_uri_is_valid(uri.c_str()) != FALSE && uri.find("://") != std::string::npos;
}

std::string path_of(const std::string& uri) {
  if (!has_scheme(uri)) return uri;
  if (!uri.starts_with("file://")) throw Error("'" + uri + "' is no local file; expected a path or a file:// URI");
  GError* error = nullptr;
  const Text path(g_filename_from_uri(uri.c_str(), nullptr, &error));
  if (!path) throw Error("cannot read the URI '" + uri + "': " + take_error(error));
  return path.get();
}

std::string uri_of(const std::string& path_or_uri) {
  if (has_scheme(path_or_uri)) return path_or_uri;
  GError* error = nullptr;
  const Text uri(gst_filename_to_uri(path_or_uri.c_str(), &error));
  if (!uri) throw Error("cannot use the path '" + path_or_uri + "': " + take_error(error));
  return uri.get();
}

std::string extension_of(const std::string& path) {
  std::string text = std::filesystem::path(path).extension().string();
  if (!text.empty()) text.erase(0, 1);
  std::ranges::transform(text, text.begin(), [](char c) { return g_ascii_tolower(c); });
  return text;
}

}  // namespace reel::local
