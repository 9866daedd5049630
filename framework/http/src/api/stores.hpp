/// Stores that handlers borrow: as many as were ever needed at once.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "reel/service/store.hpp"

namespace reel::http {

/// Any thread. Outlives what it lends.
class StorePool {
 public:
  using Open = std::function<std::unique_ptr<service::Store>()>;
  explicit StorePool(Open open) : open_(std::move(open)) {}

  struct GiveBack {
    StorePool* pool = nullptr;
    void operator()(service::Store* store) const { pool->give_back(std::unique_ptr<service::Store>(store)); }
  };
  using Lease = std::unique_ptr<service::Store, GiveBack>;

  Lease borrow() {
    {
      const std::scoped_lock lock(mutex_);
      if (!idle_.empty()) {
        Lease lease(idle_.back().release(), GiveBack{this});
        idle_.pop_back();
        return lease;
      }
    }
    return {open_().release(), GiveBack{this}};
  }

 private:
  void give_back(std::unique_ptr<service::Store> store) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(store));
  }

  Open open_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<service::Store>> idle_;
};

/// A store that is borrowed once it is needed. For one thread.
class LazyStore {
 public:
  explicit LazyStore(StorePool& pool) : pool_(&pool) {}
  service::Store& operator*() const {
    if (!lease_) lease_ = pool_->borrow();
    return *lease_;
  }
  service::Store* operator->() const { return &**this; }

 private:
  StorePool* pool_;
  mutable StorePool::Lease lease_;
};

}  // namespace reel::http
