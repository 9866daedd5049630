/// What the clauses of a prompt are to each other: which time holds for which, what is taken back.
#pragma once

#include <vector>

#include "clauses.hpp"

namespace reel::prompt {

class Composer;

/// A clause where it stands.
struct Said {
  ClauseRead clause;
  std::size_t sentence = 0;
  const Item* time = nullptr;  ///< of another clause, where it has none of its own
};

/// Times that stand alone go to the clauses they are about; what is taken back goes, and what only says something of another clause
/// becomes part of it. What could be read in two ways is asked.
void arrange(std::vector<Said>& all, Reading& reading, const Rules& rules, Composer& composer);

}  // namespace reel::prompt
