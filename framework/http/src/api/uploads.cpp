/// Resumable uploads by tus 1.0, straight to disk.
#include <array>

#include "date.hpp"
#include "records.hpp"
#include "text.hpp"
#include "tus.hpp"
#include "upload_file.hpp"

namespace reel::http {
namespace {

using Answer = std::variant<std::unique_ptr<BodySink>, Response>;
using service::Upload;

std::chrono::seconds lifetime(const Core& core) { return std::chrono::hours(core.limits.upload_hours); }

std::int64_t largest(const Core& core) { return static_cast<std::int64_t>(core.limits.upload_gigabytes * 1e9); }

std::string path_of(const Upload& upload) { return "/api/v1/uploads/" + upload.id; }

Upload own_upload(Call& call) {
  auto upload = call.store->videos().upload(call.params["upload"]);
  if (!upload || upload->user != call.user()) throw not_found("upload");
  return *std::move(upload);
}

/// An upload that is whole becomes a video; harmless to repeat.
void complete(const Core& core, service::Store& store, Upload& upload) {
  if (!upload.video) upload.video = store.videos().complete_upload(upload.id, upload.id);
  core.files.adopt(upload.id, *upload.video);
}

/// Where an upload is, after a part or in answer to HEAD.
Response status(const Core& core, int code, const Upload& upload, std::int64_t offset) {
  Response response{.status = code};
  response.headers.set("Tus-Resumable", tus_version);
  response.headers.set("Upload-Offset", std::to_string(offset));
  if (upload.video)
    response.headers.set("Reel-Video", std::to_string(*upload.video));
  else
    response.headers.set(
        "Upload-Expires",
        format_date(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now() + lifetime(core))));
  return response;
}

/// One part of a file, on its way to disk. What came before a client was lost is kept.
class PartSink : public BodySink {
 public:
  PartSink(Core& core, Upload upload, UploadFile file, bool created)
      : core_(core), upload_(std::move(upload)), file_(std::move(file)), created_(created) {}

  /// A part that takes long does not expire on its way.
  void write(std::string_view chunk) override {
    if (Clock::now() - kept_ > lifetime(core_) / 4) keep();
    if (file_.size() + static_cast<std::int64_t>(chunk.size()) > upload_.length)
      with_tus([]() -> void { throw refusal("too-large", "there is more than Upload-Length said"); });
    file_.append(chunk);
  }

  Response finish() override {
    return with_tus([this] {
      file_.sync();
      if (file_.size() == upload_.length)
        complete(core_, *core_.stores.borrow(), upload_);
      else
        keep();
      Response response = status(core_, created_ ? 201 : 204, upload_, file_.size());
      if (created_) response.headers.set("Location", path_of(upload_));
      return response;
    });
  }

 private:
  using Clock = std::chrono::steady_clock;

  void keep() {
    with_tus([this] { core_.stores.borrow()->videos().keep_upload(upload_.id, lifetime(core_)); });
    kept_ = Clock::now();
  }

  Core& core_;
  Upload upload_;
  UploadFile file_;
  bool created_;
  Clock::time_point kept_ = Clock::now();
};

UploadFile locked_file(const Core& core, const Upload& upload) {
  auto file = UploadFile::lock(core.files.upload(upload.id));
  if (!file) throw refusal("locked", "another call writes to this upload; try again");
  return *std::move(file);
}

Response upload_options(Core& core, Call& /*call*/) {
  Response response = no_content();
  response.headers.set("Tus-Resumable", tus_version);
  response.headers.set("Tus-Version", tus_version);
  response.headers.set("Tus-Extension", tus_extensions);
  response.headers.set("Tus-Max-Size", std::to_string(largest(core)));
  return response;
}

Upload new_upload(const Core& core, const Call& call) {
  Upload upload;
  upload.id = random_id();
  upload.user = call.user();
  upload.length = byte_count(call.request, "Upload-Length");
  upload.metadata = call.request.headers.get("Upload-Metadata");
  upload.name = upload_name(upload.metadata);
  if (upload.length == 0)
    throw refusal("invalid-parameter", "the header Upload-Length is 0: an empty file is no video");
  if (upload.length > largest(core))
    throw refusal("too-large", "a file may have at most " + std::to_string(largest(core)) + " bytes");
  return upload;
}

void begin(const Core& core, Call& call, const Upload& upload) try {
  call.store->videos().add_upload(upload, lifetime(core),
                                  {.stored_bytes = *effective_quota(core, call.caller->user).storage_bytes});
} catch (const service::NoRoom& error) {
  throw refusal(error);
}

Answer create_upload(Core& core, Call& call) {
  return with_tus([&]() -> Answer {
    check_tus_version(call.request);
    const bool with_part = has_part(call.request);
    Upload upload = new_upload(core, call);
    if (static_cast<std::int64_t>(call.request.body_length.value_or(0)) > upload.length)
      throw refusal("too-large", "there is more than Upload-Length says");
    begin(core, call, upload);
    UploadFile file = locked_file(core, upload);
    if (with_part) return std::make_unique<PartSink>(core, std::move(upload), std::move(file), true);
    Response response = status(core, 201, upload, 0);
    response.headers.set("Location", path_of(upload));
    return response;
  });
}

Response upload_status(Core& core, Call& call) {
  return with_tus([&] {
    check_tus_version(call.request);
    Upload upload = own_upload(call);
    const auto kept = upload.video ? std::nullopt : kept_size(core.files.upload(upload.id));
    if (!upload.video && !kept) upload = own_upload(call);  // it may just have become a video
    const std::int64_t offset = upload.video ? upload.length : kept.value_or(0);
    if (!upload.video) call.store->videos().keep_upload(upload.id, lifetime(core));
    if (offset == upload.length) complete(core, *call.store, upload);
    Response response = status(core, 200, upload, offset);
    response.headers.set("Upload-Length", std::to_string(upload.length));
    if (!upload.metadata.empty()) response.headers.set("Upload-Metadata", upload.metadata);
    return response;
  });
}

[[noreturn]] void wrong_offset(std::int64_t offset) {
  throw refusal("offset-mismatch", "the upload is at byte " + std::to_string(offset));
}

Answer append_to_upload(Core& core, Call& call) {
  return with_tus([&]() -> Answer {
    check_tus_version(call.request);
    const std::int64_t offset = byte_count(call.request, "Upload-Offset");
    if (!has_part(call.request)) throw refusal("unsupported-media-type", "there is no part of a file");
    UploadFile file = locked_file(core, own_upload(call));
    // Read again, for now nobody else changes it.
    Upload upload = own_upload(call);
    if (upload.video) {
      complete(core, *call.store, upload);
      if (offset != upload.length || call.request.body_length.value_or(0) > 0) wrong_offset(upload.length);
      return status(core, 204, upload, offset);
    }
    if (offset != file.size()) wrong_offset(file.size());
    if (static_cast<std::int64_t>(call.request.body_length.value_or(0)) > upload.length - offset)
      throw refusal("too-large", "there is more than Upload-Length said");
    call.store->videos().keep_upload(upload.id, lifetime(core));
    return std::make_unique<PartSink>(core, std::move(upload), std::move(file), false);
  });
}

Response remove_upload(Core& core, Call& call) {
  return with_tus([&] {
    check_tus_version(call.request);
    const Upload upload = own_upload(call);
    if (!upload.video) {
      const UploadFile file = locked_file(core, upload);
      call.store->videos().remove_upload(upload.id);
      core.files.remove_upload(upload.id);
    } else {
      core.files.adopt(upload.id, *upload.video);
      call.store->videos().remove_upload(upload.id);
    }
    Response response = no_content();
    response.headers.set("Tus-Resumable", tus_version);
    return response;
  });
}

constexpr std::array<Binding, 5> upload_bindings{{{"uploadOptions", &upload_options},
                                                  {"createUpload", &create_upload},
                                                  {"uploadStatus", &upload_status},
                                                  {"appendToUpload", &append_to_upload},
                                                  {"removeUpload", &remove_upload}}};

}  // namespace

std::span<const Binding> upload_handlers() { return upload_bindings; }

}  // namespace reel::http
