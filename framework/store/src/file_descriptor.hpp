#pragma once

#include "reel/base/file_descriptor.hpp"

namespace reel::store {

using base::FileDescriptor;

}  // namespace reel::store
