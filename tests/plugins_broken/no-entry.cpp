#include "wrong.hpp"

EXPORT_ int something_else;
int something_else = 1;
