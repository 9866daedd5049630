#include "service.hpp"

namespace reel::luma {

const Service& service(const std::string& id) {
  for (const Service* one : {&dream_machine(), &agents()})
    if (id == one->id()) return *one;
  throw ExtensionError(REEL_ERROR_INVALID, "Luma has no API '" + id + "'");
}

}  // namespace reel::luma
