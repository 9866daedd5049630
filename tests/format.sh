#!/usr/bin/env bash
# All C and C++ sources are as clang-format writes them.
set -euo pipefail
cd "$REEL_SOURCE_DIR"
find framework plugins sdk tests \( -name '*.cpp' -o -name '*.hpp' -o -name '*.h' \) -not -path '*/template/*' -not -path '*/node_modules/*' -print0 |
  xargs -0 clang-format --dry-run --Werror
