#include "reel/prompt/prompt.hpp"

namespace reel::prompt {

Understanding understand(const Ask& ask, const model::StageSource& stages) {
  (void)stages;
  Understanding understanding;
  understanding.unknown.push_back({{0, ask.text.size()}, "unknown", "not yet", {}});
  return understanding;
}

}  // namespace reel::prompt
