extern "C" __attribute__((visibility("default"))) int gone();
int gone() { return 1; }
