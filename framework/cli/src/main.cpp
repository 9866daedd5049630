#include "app.hpp"

int main(int argc, char** argv) { return reel::cli::run(argc, argv); }
