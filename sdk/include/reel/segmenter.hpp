/// Write a segmenter as a class: the table of `reel.segmenter/1` and its memory are made from it. And use those of others.
///
///   struct Dragons : reel::Segmenter<Dragons> {
///     static std::vector<std::string> labels() { return {"dragon"}; }
///     static std::unique_ptr<reel::Finder> open(const std::string& label) { … }
///   };
///   REEL_PLUGIN((reel::PluginInfo{…}), Dragons);
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "reel/extension/host.h"
#include "reel/extension/segmenter.h"
#include "reel/task.hpp"

namespace reel {

/// Something that was found in a picture. Samples; within the picture.
struct Detection {
  std::uint32_t left, top, width, height;
  double score;                    ///< 0 to 1
  std::vector<std::uint8_t> mask;  ///< width * height, 255 where it is; empty: only the box is known
};

/// Finds things of one label. One thread at a time.
class Finder {
 public:
  virtual ~Finder() = default;
  /// The surest first. May throw: ExtensionError gives the error its code.
  virtual std::vector<Detection> find(const reel_picture& picture, const Task& task) = 0;
};

/// `Self` gives
///
///   static std::vector<std::string> labels()                             what can be found now
///   static std::unique_ptr<Finder> open(const std::string& label)        throws ExtensionError of REEL_ERROR_NOT_FOUND
///
/// Both on any thread, several at once.
template <class Self>
class Segmenter {
 public:
  static constexpr const char* extension_id = REEL_SEGMENTER;

  static const void* table() {
    static constexpr reel_segmenter made{labels_of_self, release_labels, open_by_self, find, release_found, close};
    return &made;
  }

 private:
  static char** labels_of_self(const reel_host*, GError** error) {
    return guarded_extension(error, static_cast<char**>(nullptr), [] {
      const std::vector<std::string> labels = Self::labels();
      auto** const list = static_cast<char**>(g_malloc0_n(labels.size() + 1, sizeof(char*)));
      for (std::size_t i = 0; i < labels.size(); ++i) list[i] = g_strdup(labels[i].c_str());
      return list;
    });
  }

  static void release_labels(char** labels) { g_strfreev(labels); }

  static reel_finder* open_by_self(const reel_host*, const char* label, GError** error) {
    return guarded_extension(error, static_cast<reel_finder*>(nullptr),
                             [&] { return reinterpret_cast<reel_finder*>(Self::open(label).release()); });
  }

  static gboolean find(reel_finder* finder, const reel_picture* picture, reel_found** found, size_t* count,
                       const reel_task* task, GError** error) {
    *found = nullptr;
    *count = 0;
    return guarded_extension(error, gboolean{FALSE}, [&] {
      const std::vector<Detection> objects = reinterpret_cast<Finder*>(finder)->find(*picture, Task(task));
      auto* const list = static_cast<reel_found*>(g_malloc0_n(objects.size() + 1, sizeof(reel_found)));
      for (std::size_t i = 0; i < objects.size(); ++i) {
        const Detection& o = objects[i];
        list[i] = {o.left, o.top, o.width, o.height, o.score, nullptr};
        if (!o.mask.empty()) list[i].mask = static_cast<const std::uint8_t*>(g_memdup2(o.mask.data(), o.mask.size()));
      }
      *found = list;
      *count = objects.size();
      return gboolean{TRUE};
    });
  }

  static void release_found(reel_found* found, size_t count) {
    for (size_t i = 0; i < count; ++i) g_free(const_cast<std::uint8_t*>(found[i].mask));
    g_free(found);
  }

  static void close(reel_finder* finder) { delete reinterpret_cast<Finder*>(finder); }
};

/// A segmenter of any plugin, as this one calls it. Functions throw ExtensionError. Any thread.
class SegmenterUse {
 public:
  SegmenterUse(const reel_segmenter& table, const reel_host* host) : table_(&table), host_(host) {}

  /// All that the host knows, but `own`; none where there is no host.
  static std::vector<SegmenterUse> all(const reel_host* host, const void* own = nullptr) {
    std::vector<SegmenterUse> found;
    const auto* const known =
        host == nullptr ? nullptr
                        : static_cast<const reel_host_segmenters*>(host->get_extension(host, REEL_HOST_SEGMENTERS));
    if (known == nullptr) return found;
    for (std::size_t i = 0; const reel_segmenter* const table = known->at(host, i); ++i)
      if (table != own) found.emplace_back(*table, host);
    return found;
  }

  std::vector<std::string> labels() const {
    Failure failure;
    char** const list = table_->labels(host_, failure.place());
    failure.check(list != nullptr);
    std::vector<std::string> labels;
    for (char** label = list; *label != nullptr; ++label) labels.emplace_back(*label);
    table_->release_labels(list);
    return labels;
  }

  std::unique_ptr<Finder> open(const std::string& label) const {
    Failure failure;
    reel_finder* const finder = table_->open(host_, label.c_str(), failure.place());
    failure.check(finder != nullptr);
    return std::make_unique<Opened>(table_, finder);
  }

 private:
  class Failure {
   public:
    Failure() = default;
    Failure(const Failure&) = delete;
    Failure& operator=(const Failure&) = delete;
    ~Failure() { g_clear_error(&error_); }
    GError** place() { return &error_; }
    void check(bool good) const {
      if (good) return;
      const bool ours = error_ != nullptr && error_->domain == REEL_ERROR;
      throw ExtensionError(ours ? static_cast<reel_error>(error_->code) : REEL_ERROR_FAILED,
                           error_ != nullptr ? error_->message : "the segmenter failed and did not say why");
    }

   private:
    GError* error_ = nullptr;
  };

  class Opened final : public Finder {
   public:
    Opened(const reel_segmenter* table, reel_finder* finder) : table_(table), finder_(finder) {}
    ~Opened() override { table_->close(finder_); }
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;

    /// What does not lie within the picture is left out.
    std::vector<Detection> find(const reel_picture& picture, const Task& task) override {
      Failure failure;
      reel_found* list = nullptr;
      size_t count = 0;
      failure.check(table_->find(finder_, &picture, &list, &count, task.raw(), failure.place()) != FALSE);
      std::vector<Detection> found;
      for (size_t i = 0; i < count; ++i) {
        const reel_found& f = list[i];
        if (f.width == 0 || f.height == 0 || f.left >= picture.width || f.width > picture.width - f.left ||
            f.top >= picture.height || f.height > picture.height - f.top)
          continue;
        found.push_back({f.left, f.top, f.width, f.height, f.score, {}});
        if (f.mask != nullptr) found.back().mask.assign(f.mask, f.mask + std::size_t{f.width} * std::size_t{f.height});
      }
      table_->release_found(list, count);
      return found;
    }

   private:
    const reel_segmenter* table_;
    reel_finder* finder_;
  };

  const reel_segmenter* table_;
  const reel_host* host_;
};

}  // namespace reel
