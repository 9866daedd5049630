#include "wrong.hpp"

__attribute__((constructor)) static void hang() {
  for (;;) g_usleep(1000000);
}
