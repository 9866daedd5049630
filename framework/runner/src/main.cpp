#include "job.hpp"

int main() { reel::runner::do_job(); }
