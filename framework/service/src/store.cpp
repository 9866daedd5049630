#include "reel/service/store.hpp"

#include <array>

#include "reel/base/text.hpp"

namespace reel::service {
namespace {

template <std::size_t count>
using Names = std::array<std::string_view, count>;

constexpr Names<5> request_states = {"queued", "running", "succeeded", "failed", "cancelled"};
constexpr Names<2> request_kinds = {"pipeline", "inspect"};
constexpr Names<2> roles = {"user", "admin"};
constexpr Names<8> video_states = {"queued",    "processing", "completed", "failed",
                                   "cancelled", "inspecting", "ready",     "rejected"};

/// The enumerator of that name; `names` has them in their order.
template <class Enum, std::size_t count>
std::optional<Enum> find(const Names<count>& names, std::string_view name) {
  for (std::size_t i = 0; i < count; ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  return std::nullopt;
}

std::string no_room(NoRoom::Of what, std::int64_t used, std::int64_t most) {
  if (what == NoRoom::Of::jobs)
    return base::counted(static_cast<std::uint64_t>(used), "request") +
           " of yours have not ended; wait for some, or cancel them";
  return "there is no room: " + std::to_string(used) + " of " + std::to_string(most) + " bytes are used; remove videos";
}

}  // namespace

NoRoom::NoRoom(Of what, std::int64_t used, std::int64_t most) : InputError(no_room(what, used, most)), what_(what) {}

std::string_view name(RequestState state) { return request_states.at(static_cast<std::size_t>(state)); }
std::string_view name(RequestKind kind) { return request_kinds.at(static_cast<std::size_t>(kind)); }
std::string_view name(Role role) { return roles.at(static_cast<std::size_t>(role)); }
std::string_view name(VideoState state) { return video_states.at(static_cast<std::size_t>(state)); }

std::optional<RequestState> request_state(std::string_view name) { return find<RequestState>(request_states, name); }
std::optional<RequestKind> request_kind(std::string_view name) { return find<RequestKind>(request_kinds, name); }
std::optional<Role> role(std::string_view name) { return find<Role>(roles, name); }
std::optional<VideoState> video_state(std::string_view name) { return find<VideoState>(video_states, name); }

bool is_final(RequestState state) { return state != RequestState::queued && state != RequestState::running; }

}  // namespace reel::service
