/// The table of the plugin reel-storage, as a host sees it.
#pragma once

#include <dlfcn.h>
#include <gst/gst.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "command.hpp"
#include "reel/extension/storage.h"
#include "reel/plugin.h"

namespace reel::tests {

/// What a function of the table failed with.
struct StorageFault : std::runtime_error {
  explicit StorageFault(GError* error) : std::runtime_error(error != nullptr ? error->message : "no error was set") {
    if (error != nullptr) code = static_cast<reel_error>(error->code);
    g_clear_error(&error);
  }
  reel_error code = REEL_ERROR_FAILED;
};

struct Listed {
  std::string uri;
  std::uint64_t size;
};

/// The functions of the table with C++ types; what fails throws StorageFault.
class StorageTable {
 public:
  StorageTable() {
    gst_init(nullptr, nullptr);
    const std::string path =
        std::filesystem::path(environment("REEL_BUILD_DIR")) / "lib/reelwork/plugins/reel-storage.so";
    if (gst_plugin_load_file(path.c_str(), nullptr) == nullptr) throw std::runtime_error("cannot load " + path);
    void* const library = dlopen(path.c_str(), RTLD_NOW);
    const auto* const plugin = static_cast<const reel_plugin*>(dlsym(library, REEL_PLUGIN_ENTRY_SYMBOL));
    table_ = static_cast<const reel_storage*>(plugin->get_extension(REEL_STORAGE));
  }

  const reel_storage* operator->() const { return table_; }
  const reel_host* host = nullptr;
  const reel_task* task = nullptr;

  using Object = std::unique_ptr<reel_object, void (*)(reel_object*)>;
  using Upload = std::unique_ptr<reel_upload, void (*)(reel_upload*)>;

  Object open(const std::string& uri) const {
    GError* error = nullptr;
    Object object(table_->open(host, uri.c_str(), task, &error), table_->close);
    if (!object) throw StorageFault(error);
    return object;
  }
  std::string read(reel_object* object, std::uint64_t offset, std::size_t size) const {
    GError* error = nullptr;
    std::string bytes(size, '\0');
    const std::int64_t got = table_->read(object, offset, bytes.data(), size, task, &error);
    if (got < 0) throw StorageFault(error);
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }
  std::string get(const std::string& uri) const {
    const Object object = open(uri);
    return read(object.get(), 0, table_->info(object.get())->size);
  }

  Upload create(const std::string& uri, const reel_write_options* options = nullptr) const {
    GError* error = nullptr;
    Upload upload(table_->create(host, uri.c_str(), options, task, &error), table_->release_upload);
    if (!upload) throw StorageFault(error);
    return upload;
  }
  void write(const Upload& upload, const std::string& bytes) const {
    done([&](GError** e) { return table_->write(upload.get(), bytes.data(), bytes.size(), task, e); });
  }
  void write_range(const Upload& upload, const std::string& uri, std::uint64_t offset, std::uint64_t size,
                   const char* version = nullptr) const {
    done([&](GError** e) { return table_->write_range(upload.get(), uri.c_str(), version, offset, size, task, e); });
  }
  void commit(const Upload& upload) const {
    done([&](GError** e) { return table_->commit(upload.get(), task, e); });
  }
  void put(const std::string& uri, const std::string& bytes, const reel_write_options* options = nullptr) const {
    const Upload upload = create(uri, options);
    write(upload, bytes);
    commit(upload);
  }

  std::vector<Listed> list(const std::string& prefix) const {
    std::vector<Listed> all;
    const auto found = [](void* user, const char* uri, const reel_object_info* info) -> gboolean {
      static_cast<std::vector<Listed>*>(user)->push_back({uri, info->size});
      return TRUE;
    };
    done([&](GError** e) { return table_->list(host, prefix.c_str(), found, &all, task, e); });
    return all;
  }
  void remove(const std::string& uri) const {
    done([&](GError** e) { return table_->remove(host, uri.c_str(), task, e); });
  }
  void copy(const std::string& from, const std::string& to) const {
    done([&](GError** e) { return table_->copy(host, from.c_str(), to.c_str(), task, e); });
  }
  std::string presign(const std::string& uri, const char* method, std::uint32_t seconds = 60) const {
    GError* error = nullptr;
    const std::unique_ptr<char, void (*)(char*)> text(table_->presign(host, uri.c_str(), method, seconds, &error),
                                                      table_->release_text);
    if (!text) throw StorageFault(error);
    return text.get();
  }

 private:
  static void done(const std::function<gboolean(GError**)>& call) {
    GError* error = nullptr;
    if (call(&error) == FALSE) throw StorageFault(error);
  }
  const reel_storage* table_ = nullptr;
};

/// What `action` fails with.
inline StorageFault fault_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const StorageFault& fault) {
    return fault;
  }
  throw std::runtime_error("it did not fail");
}

/// Bytes in which no two places look alike.
inline std::string noise(std::size_t size, std::uint64_t seed = 1) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(seed >> 56U);
  }
  return bytes;
}

}  // namespace reel::tests
