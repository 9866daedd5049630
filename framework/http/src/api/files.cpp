#include "files.hpp"

#include "records.hpp"
#include "reel/base/text.hpp"

namespace reel::http {

Response send_file(const Call& call, const std::filesystem::path& file, const std::string& name,
                   const std::string& etag) {
  if (!std::filesystem::is_regular_file(file)) throw not_found("file");
  Response response = file_response(call.request, std::make_shared<File>(file), media_type_of(name), etag);
  const bool download = call.params.value("download", false);
  response.headers.set("Content-Disposition", std::string(download ? "attachment" : "inline") + "; filename*=UTF-8''" +
                                                  base::percent_encoded(name));
  return response;
}

}  // namespace reel::http
