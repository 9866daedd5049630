/// Where the files of users lie: uploads, videos and results, below the state folder.
///
///   uploads/UPLOAD            an unfinished upload, as long as what has come
///   videos/VIDEO/original
///   videos/VIDEO/assets/      what the inspection made
///   results/REQUEST-ATTEMPT/  the artifacts of an attempt, by their names; only the one that the request ended with counts
///   work/REQUEST-ATTEMPT/     of an attempt that is going on
///   user-generations/USER/    what providers have made for a user, by keys of the requests
///   user-spans/USER/          rendered spans of a user's runs; nobody else's, since a hostile run could put false ones in
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reel/service/queue.hpp"
#include "reel/service/video.hpp"

namespace reel::service {

/// Whether a text names a file and nothing else: no folder, no `.`, no `..`, no control characters, at most 255 bytes.
bool is_plain_file_name(std::string_view name);

/// Any thread.
class MediaFiles {
 public:
  /// Makes the folders. Throws base::RunError.
  explicit MediaFiles(std::filesystem::path state_folder);

  /// The folder belongs to one database, whose id its file `installation` holds; made if missing. Throws base::InputError if it is
  /// another one: numbers of videos would mean other files, and all files be taken for strays.
  void tie_to(const std::string& installation) const;

  std::filesystem::path upload(const std::string& id) const;
  std::filesystem::path video(VideoId id) const;
  std::filesystem::path original(VideoId id) const { return video(id) / "original"; }
  std::filesystem::path assets(VideoId id) const { return video(id) / "assets"; }
  std::filesystem::path results(const ClaimKey& key) const;
  std::filesystem::path work(const ClaimKey& key) const;
  std::filesystem::path spans(UserId user) const;
  std::filesystem::path generations(UserId user) const;
  const std::filesystem::path& state_folder() const { return state_; }

  /// Moves the file of an upload that has become `video` to its place, by rename; harmless to repeat. Whoever needs the original calls
  /// it first, since a server may die between the two steps of finishing an upload. False: there is no such file any more.
  bool adopt(const std::string& upload, VideoId video) const;

  /// `result:12-1/tidy.mp4`: how a request's `artifacts` name what lies in results().
  static std::string artifact_uri(const ClaimKey& key, const std::string& name);
  /// The file that such a URI means; none: it is no such URI.
  std::optional<std::filesystem::path> artifact(const std::string& uri) const;

  void remove_upload(const std::string& id) const;
  /// With everything made from it, and the results that `artifacts` name.
  void remove_video(VideoId id, const std::vector<std::string>& artifacts) const;
  void remove_artifacts(const std::vector<std::string>& uris) const;

 private:
  std::filesystem::path state_;
};

/// Best effort: what stays is said in the log, and is no reason to fail what is done.
void remove_tree(const std::filesystem::path& path);

/// `12-1`, a folder's name; none: it is no such name.
std::optional<ClaimKey> claim_key(std::string_view name);

/// The id of the upload that a video was (`Video::url` is `upload:ID`); empty: it was none.
std::string upload_of(std::string_view video_url);

}  // namespace reel::service
