#include "files/local_file.hpp"

#include <fcntl.h>
#include <gst/gst.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <vector>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/catalog/storage.hpp"

namespace reel::engine {
namespace {

namespace fs = std::filesystem;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return plain;
}

/// "did you mean 'x.mp4'?", from the names in the same folder.
std::string similar_name(const fs::path& path) {
  std::error_code ignored;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, ignored)) return "the folder " + folder.string() + " does not exist either";
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    names.push_back(entry.path().filename().string());
    if (names.size() > 5000) break;
  }
  const std::string near = base::nearest(path.filename().string(), names);
  return near.empty() ? "check the spelling and the folder"
                      : "did you mean '" + (path.parent_path() / near).string() + "'?";
}

}  // namespace

bool is_elsewhere(const std::string& uri) {
  const std::string scheme = base::scheme_of(uri);
  return scheme != "file" && catalog::has_storage(scheme);
}

fs::path local_path(const std::string& uri) {
  if (const std::string scheme = base::scheme_of(uri); scheme != "file")
    throw base::InputError("no installed plugin opens '" + scheme + "://' addresses: " + base::printable(uri),
                           "install a plugin with storage for '" + scheme + "', or use a file on this machine");
  const auto after_scheme = uri.find("://");
  if (after_scheme == std::string::npos || uri.find('/') < after_scheme) return uri;
  std::string rest = uri.substr(after_scheme + 3);
  const auto slash = rest.find('/');
  const std::string host = rest.substr(0, slash);
  if (slash == std::string::npos || !(host.empty() || host == "localhost"))
    throw base::InputError("'" + base::printable(uri) + "' names a file on another machine",
                           "write file:///folder/name with three slashes, or a plain path");
  return percent_decoded(rest.substr(slash));
}

std::string uri_of(const std::string& path_or_uri) {
  if (base::scheme_of(path_or_uri) != "file") return path_or_uri;
  gchar* const made = gst_filename_to_uri(local_path(path_or_uri).c_str(), nullptr);
  std::string uri = made != nullptr ? made : "";
  g_free(made);
  return uri;
}

fs::path readable_file(const std::string& uri) {
  if (uri.empty()) throw base::InputError("no file name was given", "set it to a path, like clip.mp4");
  const fs::path path = local_path(uri);
  const std::string shown = base::printable(path.string());
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR)
      throw base::InputError("there is no file '" + shown + "'", similar_name(path));
    throw base::InputError("cannot look at '" + shown + "': " + std::strerror(errno), "check its folder's permissions");
  }
  if (S_ISDIR(info.st_mode))
    throw base::InputError("'" + shown + "' is a folder, expected a media file", "name a file in it");
  if (!S_ISREG(info.st_mode))
    throw base::InputError("'" + shown + "' is not a regular file", "copy the media to a file first");
  if (faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0)
    throw base::InputError("'" + shown + "' may not be read by this user", "check its permissions: chmod a+r");
  if (info.st_size == 0)
    throw base::InputError("'" + shown + "' is empty (0 bytes)", "check how it was copied or downloaded");
  return path;
}

}  // namespace reel::engine
