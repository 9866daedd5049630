#include "reel/service/store.hpp"

#include <array>

namespace reel::service {
namespace {

constexpr std::array<std::string_view, 5> state_names = {"queued", "running", "succeeded", "failed", "cancelled"};

}  // namespace

std::string_view name(RequestState state) { return state_names.at(static_cast<std::size_t>(state)); }

std::optional<RequestState> request_state(std::string_view name) {
  for (std::size_t i = 0; i < state_names.size(); ++i)
    if (state_names[i] == name) return static_cast<RequestState>(i);
  return std::nullopt;
}

bool is_final(RequestState state) { return state != RequestState::queued && state != RequestState::running; }

}  // namespace reel::service
