#include "service_error.hpp"

#include <glib.h>

#include <algorithm>

#include "xml.hpp"

namespace reel::storage {
namespace {

/// What the codes mean that say more than their status does. `advice` may be empty: then the service's own words do.
struct Meaning {
  std::string_view code;
  reel_error error;
  std::string_view advice;
};

constexpr Meaning meanings[] = {
    {"NoSuchKey", REEL_ERROR_NOT_FOUND, "there is no such object"},
    {"NoSuchBucket", REEL_ERROR_NOT_FOUND, "there is no such bucket"},
    {"NoSuchUpload", REEL_ERROR_NOT_FOUND, "the upload is gone: somebody, or a rule of the bucket, ended it"},
    {"InvalidAccessKeyId", REEL_ERROR_DENIED, "the service does not know this access key"},
    {"SignatureDoesNotMatch", REEL_ERROR_DENIED, "the secret key does not fit the access key"},
    {"ExpiredToken", REEL_ERROR_DENIED, "the credentials have expired"},
    {"InvalidToken", REEL_ERROR_DENIED, "the session token is wrong"},
    {"InvalidObjectState", REEL_ERROR_REFUSED, "the object is archived: restore it first"},
    {"PreconditionFailed", REEL_ERROR_CHANGED, "it has changed since it was opened"},
    {"InvalidBucketName", REEL_ERROR_INVALID, "that cannot be the name of a bucket"},
    {"KeyTooLongError", REEL_ERROR_INVALID, "its key is too long"},
    {"EntityTooLarge", REEL_ERROR_LIMIT, "it is larger than the service takes"},
    {"QuotaExceeded", REEL_ERROR_LIMIT, "the quota is used up"},
    {"RequestTimeout", REEL_ERROR_BUSY, ""},
    {"SlowDown", REEL_ERROR_BUSY, "it asks for fewer requests"},
    {"InternalError", REEL_ERROR_BUSY, ""},
    {"ServiceUnavailable", REEL_ERROR_BUSY, ""},
    {"OperationAborted", REEL_ERROR_BUSY, "something else is being done to it"},
    {"BadDigest", REEL_ERROR_BUSY, "the bytes were damaged on their way"},
    {"XAmzContentSHA256Mismatch", REEL_ERROR_BUSY, "the bytes were damaged on their way"},
};

Meaning by_status(long status) {
  switch (status) {
    case 401:
    case 403:
      return {"", REEL_ERROR_DENIED, "access is denied"};
    case 404:
    case 410:
      return {"", REEL_ERROR_NOT_FOUND, "there is nothing of that name"};
    case 412:
      return {"", REEL_ERROR_CHANGED, "it has changed since it was opened"};
    case 408:
    case 425:
    case 429:
      return {"", REEL_ERROR_BUSY, "it asks for fewer requests"};
    default:
      return {"", status >= 500 ? REEL_ERROR_BUSY : REEL_ERROR_FAILED, ""};
  }
}

Meaning meaning_of(const std::string& code, long status) {
  for (const Meaning& m : meanings)
    if (m.code == code) return m;
  return by_status(status);
}

/// A stranger's words: one short line of valid UTF-8, without control characters.
std::string tamed(const std::string& text) {
  static constexpr glong longest = 200;
  const std::unique_ptr<gchar, decltype(&g_free)> valid(
      g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())), g_free);
  const std::unique_ptr<gchar, decltype(&g_free)> part(
      g_utf8_substring(valid.get(), 0, std::min(longest, g_utf8_strlen(valid.get(), -1))), g_free);
  std::string line = part.get();
  std::replace_if(
      line.begin(), line.end(), [](char c) { return g_ascii_iscntrl(c) != FALSE; }, ' ');
  return line;
}

/// `403, AccessDenied: Access Denied`.
std::string answer_in_words(const XmlElement& error, long status) {
  std::string words = std::to_string(status);
  if (const std::string code = tamed(error["Code"]); !code.empty()) words += ", " + code;
  if (const std::string message = tamed(error["Message"]); !message.empty()) words += ": " + message;
  return words;
}

std::string clocks(const XmlElement& error, const Response& response) {
  const std::string here = timestamp(std::time(nullptr)), there = tamed(error["ServerTime"]);
  return "the clock of this machine says " + here + ", the server's " +
         (there.empty() ? tamed(response.header("date")) : there) + ": set this machine's clock";
}

std::string credentials_in_words(const Asked& asked) {
  if (asked.credentials_from == "nowhere") return "no credentials were found, so it was asked without any";
  return asked.credentials_from.empty() ? "" : "the credentials are those of " + asked.credentials_from;
}

}  // namespace

void throw_refusal(const Asked& asked, const Response& response) {
  const XmlElement xml = parse_xml_or_nothing(response.body);
  const XmlElement error = xml.name == "Error" ? xml : XmlElement{};
  Meaning meaning = meaning_of(error["Code"], response.status);
  std::string why(meaning.advice);
  if (error["Code"] == "RequestTimeTooSkewed") {
    meaning.error = REEL_ERROR_DENIED;
    why = clocks(error, response);
  }
  std::string message = "cannot " + asked.action + " " + asked.what + ": " + (why.empty() ? "" : why + "; ") +
                        asked.service + " answered " + answer_in_words(error, response.status);
  const bool unsigned_and_odd = meaning.error == REEL_ERROR_FAILED && asked.credentials_from == "nowhere";
  if (meaning.error == REEL_ERROR_DENIED || unsigned_and_odd)
    if (const std::string who = credentials_in_words(asked); !who.empty()) message += "; " + who;
  if (meaning.error == REEL_ERROR_BUSY) throw TransientError(message, 6, retry_after(response));
  throw ExtensionError(meaning.error, message);
}

}  // namespace reel::storage
