"""Runs a command and prints `WALL PROCESSOR PEAK`: seconds, seconds of all its processes, and MB of the largest.

    python3 tests/bench/measure.py COMMAND...
"""
import resource
import subprocess
import sys
import time

begin = time.monotonic()
run = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
wall, used = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
if run.returncode != 0:
    sys.exit(f"failed: {' '.join(sys.argv[1:])}\n{run.stdout.decode(errors='replace')}")
print(f"{wall:.3f} {used.ru_utime + used.ru_stime:.3f} {used.ru_maxrss / 1024:.0f}")
