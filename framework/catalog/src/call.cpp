#include "call.hpp"

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/model/provider.hpp"

namespace reel::catalog {

void Call::fail(const std::string& what) const {
  const bool told = error_ != nullptr && error_->message != nullptr && *error_->message != '\0';
  const std::string message = told ? base::printable(base::redacted(error_->message)) : what;
  const int code = error_ != nullptr && error_->domain == REEL_ERROR ? error_->code : REEL_ERROR_FAILED;
  switch (code) {
    case REEL_ERROR_CANCELLED:
      throw base::Interrupted("stopped before the end");
    case REEL_ERROR_NOT_FOUND:
      throw model::NotFound(message);
    case REEL_ERROR_UNCERTAIN:
      throw model::Uncertain(message);
    case REEL_ERROR_INVALID:
    case REEL_ERROR_DENIED:
      throw base::InputError(message);
    case REEL_ERROR_BUSY:
      throw base::TransientError(message);
    default:
      throw base::RunError(message);
  }
}

}  // namespace reel::catalog
