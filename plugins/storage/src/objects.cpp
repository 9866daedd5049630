#include "objects.hpp"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "xml.hpp"

namespace reel::storage {
namespace {

ObjectInfo info_of(const XmlElement& contents) {
  ObjectInfo info;
  const std::string size = contents["Size"];
  std::from_chars(size.data(), size.data() + size.size(), info.size);
  info.version = contents["ETag"];
  const std::unique_ptr<GDateTime, decltype(&g_date_time_unref)> time(
      g_date_time_new_from_iso8601(contents["LastModified"].c_str(), nullptr), g_date_time_unref);
  if (time) info.modified = g_date_time_to_unix(time.get());
  return info;
}

/// Names in listings are as in forms where the service was asked for that and says so: a space is a plus.
std::string decoded(std::string name) {
  std::replace(name.begin(), name.end(), '+', ' ');
  return percent_decoded(name);
}

}  // namespace

void list_objects(Bucket& bucket, const std::string& prefix, const FoundObject& found, const Cancelled& cancelled) {
  std::string token;
  do {
    Operation get{.action = "list", .key = {}, .query = {{"list-type", "2"}, {"encoding-type", "url"}}};
    if (!prefix.empty()) get.query.emplace_back("prefix", prefix);
    if (!token.empty()) get.query.emplace_back("continuation-token", token);
    const XmlElement page = parse_xml(bucket.send(get, cancelled).body);
    const bool encoded = page["EncodingType"] == "url";
    for (const XmlElement& child : page.children) {
      if (child.name != "Contents") continue;
      const std::string key = encoded ? decoded(child["Key"]) : child["Key"];
      if (!found(bucket.uri_of(key), info_of(child))) return;
    }
    const std::string next = page["NextContinuationToken"];
    token = page["IsTruncated"] == "true" && next != token ? next : std::string();
  } while (!token.empty());
}

void remove_object(Bucket& bucket, const std::string& key, const Cancelled& cancelled) {
  const Response response =
      bucket.send({.action = "remove", .method = "DELETE", .key = key, .also_good = {404}}, cancelled);
  // That the object is missing is fine, that its bucket is, is not.
  if (response.status == 404 && parse_xml_or_nothing(response.body)["Code"] == "NoSuchBucket")
    throw ExtensionError(REEL_ERROR_NOT_FOUND, "cannot remove " + bucket.uri_of(key) + ": there is no such bucket");
}

void copy_object(const Address& from, Bucket& to, const std::string& key, const std::string& version,
                 const Cancelled& cancelled) {
  Operation put{.action = "copy " + from.uri() + " to",
                .method = "PUT",
                .key = key,
                .headers = {{"x-amz-copy-source", "/" + from.bucket + "/" + percent_encoded(from.key, "/")}},
                .error_in_body = true,
                .stall_seconds = 600};
  if (!version.empty()) put.headers["x-amz-copy-source-if-match"] = version;
  to.send(put, cancelled);
}

}  // namespace reel::storage
