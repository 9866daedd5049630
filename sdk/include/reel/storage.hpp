/// A storage (reel.storage/1) as C++ classes.
///
///   struct Shelf : reel::Storage<Shelf> {
///     static constexpr const char* schemes[] = {"shelf", nullptr};
///     static std::unique_ptr<reel::StorageObject> open(const reel_host*, const std::string& uri, const reel::Task&);
///   };
///   REEL_PLUGIN(info, Shelf);
///
/// Threads and meanings are those of <reel/extension/storage.h>. Throw ExtensionError; anything else is REEL_ERROR_FAILED.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "reel/extension/storage.h"
#include "reel/task.hpp"

namespace reel {

/// What is known of an object.
struct ObjectInfo {
  std::uint64_t size = 0;
  std::optional<std::int64_t> modified;  ///< seconds since 1970
  std::string version;                   ///< changes with its content; empty: not known
  std::string content_type;              ///< empty: not known
};

/// How an object is written; what is empty is left to the service.
struct WriteOptions {
  std::string content_type;
  std::string storage_class;
  std::string encryption;
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// An object that is being read. One thread at a time.
class StorageObject {
 public:
  StorageObject() = default;
  StorageObject(const StorageObject&) = delete;
  StorageObject& operator=(const StorageObject&) = delete;
  virtual ~StorageObject() = default;

  /// The same from the first call on.
  virtual const ObjectInfo& info() const = 0;
  /// Fills `bytes` from `offset` on; fewer only at the object's end.
  virtual std::size_t read(std::uint64_t offset, std::span<std::byte> bytes, const Task& task) = 0;
};

/// An object that is being written. One thread at a time. Destroyed without commit(), nothing of it is left anywhere.
class StorageUpload {
 public:
  StorageUpload() = default;
  StorageUpload(const StorageUpload&) = delete;
  StorageUpload& operator=(const StorageUpload&) = delete;
  virtual ~StorageUpload() = default;

  virtual void write(std::span<const std::byte> bytes, const Task& task) = 0;
  /// Throws REEL_ERROR_INVALID, with nothing written, where the service cannot copy that range.
  virtual void write_range(const std::string& uri, const std::string& version, std::uint64_t offset, std::uint64_t size,
                           const Task& task) = 0;
  virtual void commit(const Task& task) = 0;
};

/// Gets each object of a listing; false: no more of them.
using FoundObject = std::function<bool(const std::string& uri, const ObjectInfo& info)>;

namespace detail {

inline std::string text_or_empty(const char* text) { return text != nullptr ? text : std::string(); }
inline const char* null_if_empty(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

inline reel_object_info plain(const ObjectInfo& info) {
  return {info.size, info.modified.value_or(-1), null_if_empty(info.version), null_if_empty(info.content_type)};
}

inline WriteOptions write_options(const reel_write_options* from) {
  if (from == nullptr) return {};
  WriteOptions options{
      text_or_empty(from->content_type), text_or_empty(from->storage_class), text_or_empty(from->encryption), {}};
  for (const char* const* m = from->metadata; m != nullptr && m[0] != nullptr && m[1] != nullptr; m += 2)
    options.metadata.emplace_back(m[0], m[1]);
  return options;
}

/// What `reel_object*` points to.
struct OpenObject {
  explicit OpenObject(std::unique_ptr<StorageObject> opened) : object(std::move(opened)), info(plain(object->info())) {}
  std::unique_ptr<StorageObject> object;
  reel_object_info info;
};

inline OpenObject& opened(reel_object* object) { return *reinterpret_cast<OpenObject*>(object); }
inline StorageUpload& upload_of(reel_upload* upload) { return *reinterpret_cast<StorageUpload*>(upload); }

}  // namespace detail

/// `Self` gives, all static: `schemes`, ended by a null;
///
///   std::unique_ptr<StorageObject> open(const reel_host*, const std::string& uri, const Task&)
///
/// and, if it can:
///
///   std::unique_ptr<StorageUpload> create(const reel_host*, const std::string& uri, const WriteOptions&, const Task&)
///   void list(const reel_host*, const std::string& prefix, const FoundObject&, const Task&)
///   void remove(const reel_host*, const std::string& uri, const Task&)
///   void copy(const reel_host*, const std::string& from, const std::string& to, const Task&)
///   std::string presign(const reel_host*, const std::string& uri, const std::string& method, std::uint32_t seconds)
template <class Self>
class Storage {
 public:
  static constexpr const char* extension_id = REEL_STORAGE;
  static const void* table() {
    static const reel_storage storage = made();
    return &storage;
  }

 private:
  static reel_storage made() {
    reel_storage t{};
    t.schemes = Self::schemes;
    add_reading(t);
    if constexpr (requires { &Self::create; }) add_writing(t);
    if constexpr (requires { &Self::list; }) t.list = call_list;
    if constexpr (requires { &Self::remove; }) t.remove = call_remove;
    if constexpr (requires { &Self::copy; }) t.copy = call_copy;
    if constexpr (requires { &Self::presign; }) {
      t.presign = call_presign;
      t.release_text = [](char* text) { g_free(text); };
    }
    return t;
  }

  static void add_reading(reel_storage& t) {
    t.open = [](const reel_host* host, const char* uri, const reel_task* task, GError** error) {
      return guarded_extension(error, nullptr, [&] {
        auto object = std::make_unique<detail::OpenObject>(Self::open(host, uri, Task(task)));
        return reinterpret_cast<reel_object*>(object.release());
      });
    };
    t.info = [](reel_object* object) -> const reel_object_info* { return &detail::opened(object).info; };
    t.read = [](reel_object* object, std::uint64_t offset, void* bytes, std::size_t size, const reel_task* task,
                GError** error) {
      return guarded_extension(error, -1, [&] {
        const std::span<std::byte> to(static_cast<std::byte*>(bytes), size);
        return static_cast<std::int64_t>(detail::opened(object).object->read(offset, to, Task(task)));
      });
    };
    t.close = [](reel_object* object) { delete &detail::opened(object); };
  }

  static void add_writing(reel_storage& t) {
    t.create = [](const reel_host* host, const char* uri, const reel_write_options* options, const reel_task* task,
                  GError** error) {
      return guarded_extension(error, nullptr, [&] {
        auto upload = Self::create(host, uri, detail::write_options(options), Task(task));
        return reinterpret_cast<reel_upload*>(upload.release());
      });
    };
    t.write = [](reel_upload* upload, const void* bytes, std::size_t size, const reel_task* task, GError** error) {
      return done(error, [&] {
        detail::upload_of(upload).write({static_cast<const std::byte*>(bytes), size}, Task(task));
      });
    };
    t.write_range = [](reel_upload* upload, const char* uri, const char* version, std::uint64_t offset,
                       std::uint64_t size, const reel_task* task, GError** error) {
      return done(error, [&] {
        detail::upload_of(upload).write_range(uri, detail::text_or_empty(version), offset, size, Task(task));
      });
    };
    t.commit = [](reel_upload* upload, const reel_task* task, GError** error) {
      return done(error, [&] { detail::upload_of(upload).commit(Task(task)); });
    };
    t.release_upload = [](reel_upload* upload) { delete &detail::upload_of(upload); };
  }

  static gboolean call_list(const reel_host* host, const char* prefix,
                            gboolean (*found)(void*, const char*, const reel_object_info*), void* user,
                            const reel_task* task, GError** error) noexcept {
    const FoundObject call = [&](const std::string& uri, const ObjectInfo& info) {
      const reel_object_info plain = detail::plain(info);
      return found(user, uri.c_str(), &plain) != FALSE;
    };
    return done(error, [&] { Self::list(host, prefix, call, Task(task)); });
  }
  static gboolean call_remove(const reel_host* host, const char* uri, const reel_task* task, GError** error) noexcept {
    return done(error, [&] { Self::remove(host, uri, Task(task)); });
  }
  static gboolean call_copy(const reel_host* host, const char* from, const char* to, const reel_task* task,
                            GError** error) noexcept {
    return done(error, [&] { Self::copy(host, from, to, Task(task)); });
  }
  static char* call_presign(const reel_host* host, const char* uri, const char* method, std::uint32_t seconds,
                            GError** error) noexcept {
    return guarded_extension(error, nullptr,
                             [&] { return g_strdup(Self::presign(host, uri, method, seconds).c_str()); });
  }

  template <class F>
  static gboolean done(GError** error, F f) noexcept {
    return guarded_extension(error, FALSE, [&]() -> gboolean {
      f();
      return TRUE;
    });
  }
};

}  // namespace reel
