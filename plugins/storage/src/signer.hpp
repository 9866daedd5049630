/// AWS Signature Version 4, in a header or in the address.
#pragma once

#include <ctime>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace reel::storage {

using Headers = std::map<std::string, std::string>;              ///< names in lower case
using Query = std::vector<std::pair<std::string, std::string>>;  ///< decoded, in any order

/// The part of a request that is signed.
struct Signable {
  std::string method;
  std::string host;  ///< with its port, as in the header `Host`
  std::string path;  ///< percent-encoded, as sent
  Query query;
  Headers headers;
  std::string body_hash;  ///< SHA-256 in hexadecimal digits, or UNSIGNED-PAYLOAD
};

struct Signer {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  ///< empty: none
  std::string region;
  std::string service = "s3";
  std::time_t now = 0;

  /// The request's headers and those that the signature adds, `authorization` among them.
  Headers signed_headers(Signable request) const;
  /// The query of an address that is good for so many seconds, percent-encoded.
  std::string signed_query(Signable request, unsigned seconds) const;

 private:
  std::string scope() const;
  std::string signature(const Signable& request) const;
};

/// `20130524T000000Z`.
std::string timestamp(std::time_t time);
/// Sorted and percent-encoded.
std::string canonical_query(const Query& query);

}  // namespace reel::storage
