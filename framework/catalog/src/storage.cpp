#include "reel/catalog/storage.hpp"

#include <mutex>

#include "call.hpp"
#include "extensions.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/extension/storage.h"
#include "reel/model/provider.hpp"

namespace reel::catalog {
namespace {

struct Storage {
  const reel_storage* table = nullptr;
  const reel_host* host = nullptr;
};

Registry<Storage>& storages() {
  static Registry<Storage> all;
  return all;
}

Storage storage_of(const std::string& uri) {
  const Storage found = storages().find(base::scheme_of(uri));
  if (found.table != nullptr) return found;
  throw base::InputError("no installed plugin opens '" + base::printable(base::scheme_of(uri)) + "://' addresses",
                         "install a plugin with storage for it, or use a file on this machine");
}

bool complete(const reel_storage& t) {
  return t.schemes != nullptr && t.open != nullptr && t.info != nullptr && t.read != nullptr && t.close != nullptr;
}

bool writes(const reel_storage& t) {
  return t.create != nullptr && t.write != nullptr && t.commit != nullptr && t.release_upload != nullptr;
}

}  // namespace

void add_storages(const reel_plugin& plugin, const reel_host* host) {
  const auto* const table = table_of<reel_storage>(plugin, REEL_STORAGE);
  if (table == nullptr) return;
  if (!complete(*table)) return base::log(base::Level::warning, std::string(plugin.id) + ": its storage is incomplete");
  for (const char* const* scheme = table->schemes; *scheme != nullptr; ++scheme)
    if (!storages().add(*scheme, {table, host}))
      base::log(base::Level::info, std::string(plugin.id) + ": another plugin serves '" + *scheme + "://' already");
}

bool has_storage(std::string_view scheme) { return storages().find(scheme).table != nullptr; }

bool can_store(std::string_view scheme) {
  const Storage storage = storages().find(scheme);
  return storage.table != nullptr && writes(*storage.table);
}

bool can_store_ranges(std::string_view scheme) {
  const Storage storage = storages().find(scheme);
  return storage.table != nullptr && writes(*storage.table) && storage.table->write_range != nullptr;
}

bool is_stored(const std::string& uri) {
  try {
    const StoredObject object(uri);
    return true;
  } catch (const model::NotFound&) {
    return false;
  }
}

std::string shared_address(const std::string& uri, std::chrono::seconds time) {
  const Storage storage = storage_of(uri);
  if (storage.table->presign == nullptr || storage.table->release_text == nullptr)
    throw base::InputError("'" + base::printable(base::scheme_of(uri)) + "://' has no addresses that anyone may read",
                           "use a storage that has them, such as s3:// or gs://");
  Call call(nullptr);
  char* const address =
      storage.table->presign(storage.host, uri.c_str(), "GET", static_cast<std::uint32_t>(time.count()), call.error());
  if (address == nullptr) call.fail("no address for " + base::printable(uri));
  std::string copy = address;
  storage.table->release_text(address);
  return copy;
}

void remove_stored(const std::string& uri) {
  const Storage storage = storage_of(uri);
  if (storage.table->remove == nullptr)
    throw base::InputError("nothing can be removed from '" + base::printable(base::scheme_of(uri)) + "://' addresses");
  Call call(nullptr);
  if (storage.table->remove(storage.host, uri.c_str(), call.task(), call.error()) == FALSE)
    call.fail("cannot remove " + base::printable(uri));
}

struct StoredObject::State {
  const reel_storage* table;
  reel_object* object;
  std::string uri;
  std::mutex mutex;
};

StoredObject::StoredObject(const std::string& uri) {
  const Storage storage = storage_of(uri);
  Call call(nullptr);
  reel_object* const object = storage.table->open(storage.host, uri.c_str(), call.task(), call.error());
  if (object == nullptr) call.fail("cannot open " + base::printable(uri));
  state_ = std::make_unique<State>(storage.table, object, uri);
  const reel_object_info& info = *storage.table->info(object);
  bytes_ = info.size;
  if (info.version != nullptr) version_ = info.version;
}

StoredObject::~StoredObject() { state_->table->close(state_->object); }

std::size_t StoredObject::read(std::uint64_t offset, std::span<std::uint8_t> into) {
  const std::lock_guard lock(state_->mutex);
  Call call(nullptr);
  const std::int64_t got =
      state_->table->read(state_->object, offset, into.data(), into.size(), call.task(), call.error());
  if (got < 0 || static_cast<std::uint64_t>(got) > into.size())
    call.fail("cannot read " + base::printable(state_->uri));
  return static_cast<std::size_t>(got);
}

struct StoredUpload::State {
  const reel_storage* table;
  reel_upload* upload;
  std::string uri;
  base::StopFlag stop;
  ~State() { table->release_upload(upload); }
};

StoredUpload::StoredUpload(const std::string& uri, base::StopFlag stop) {
  const Storage storage = storage_of(uri);
  if (!writes(*storage.table))
    throw base::InputError("nothing can be written to '" + base::printable(base::scheme_of(uri)) + "://' addresses",
                           "write to a file, or to another kind of address");
  Call call(stop);
  const reel_write_options options{};
  reel_upload* const upload = storage.table->create(storage.host, uri.c_str(), &options, call.task(), call.error());
  if (upload == nullptr) call.fail("cannot write " + base::printable(uri));
  state_ = std::make_unique<State>(storage.table, upload, uri, stop);
}

StoredUpload::~StoredUpload() = default;
StoredUpload::StoredUpload(StoredUpload&&) noexcept = default;
StoredUpload& StoredUpload::operator=(StoredUpload&&) noexcept = default;

void StoredUpload::write(std::span<const std::uint8_t> bytes) {
  Call call(state_->stop);
  if (state_->table->write(state_->upload, bytes.data(), bytes.size(), call.task(), call.error()) == FALSE)
    call.fail("cannot write " + base::printable(state_->uri));
}

bool StoredUpload::write_range(const std::string& uri, const std::string& version, std::uint64_t offset,
                               std::uint64_t bytes) {
  if (state_->table->write_range == nullptr) return false;
  Call call(state_->stop);
  const char* const known = version.empty() ? nullptr : version.c_str();
  const gboolean written =
      state_->table->write_range(state_->upload, uri.c_str(), known, offset, bytes, call.task(), call.error());
  if (written == FALSE && !call.failed_with(REEL_ERROR_INVALID))
    call.fail("cannot write " + base::printable(state_->uri));
  return written != FALSE;
}

void StoredUpload::commit() {
  Call call(state_->stop);
  if (state_->table->commit(state_->upload, call.task(), call.error()) == FALSE)
    call.fail("cannot finish " + base::printable(state_->uri));
}

}  // namespace reel::catalog
