#!/bin/sh
# The nemesis, as long as make check has time for it.  The seed is printed;
# tests/nemesis/run -s repeats it.
exec "$(dirname "$0")/run" -d 15
