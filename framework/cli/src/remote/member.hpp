/// Reading JSON that others wrote: what is missing or of another kind is as if it was not there.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

namespace reel::cli::remote {

template <class T>
T member(const nlohmann::json& object, const char* key, T otherwise = {}) {
  if (!object.is_object()) return otherwise;
  const auto found = object.find(key);
  if (found == object.end()) return otherwise;
  if constexpr (std::is_same_v<T, nlohmann::json>)
    return found->type() == otherwise.type() ? *found : otherwise;
  else if constexpr (std::is_same_v<T, std::string>)
    return found->is_string() ? found->template get<T>() : otherwise;
  else if constexpr (std::is_same_v<T, bool>)
    return found->is_boolean() ? found->template get<T>() : otherwise;
  else if constexpr (std::is_floating_point_v<T>)
    return found->is_number() ? found->template get<T>() : otherwise;
  else if constexpr (std::is_unsigned_v<T>)
    return found->is_number_unsigned() ? found->template get<T>() : otherwise;
  else
    return found->is_number_integer() ? found->template get<T>() : otherwise;
}

}  // namespace reel::cli::remote
