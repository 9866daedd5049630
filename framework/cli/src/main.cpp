#include <malloc.h>

#include "app.hpp"

int main(int argc, char** argv) {
  // Pictures are large and come from many threads. With a heap for each thread, what one of them frees no other can take.
  mallopt(M_ARENA_MAX, 2);
  return reel::cli::run(argc, argv);
}
