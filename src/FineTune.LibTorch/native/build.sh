#!/bin/sh
# Builds the C ABI library over libtorch:  build.sh OUTPUT
# Sources are compiled side by side; the result appears whole or not at all.
set -eu

here=$(dirname "$0")
output=$1
objects=$(dirname "$output")/obj
mkdir -p "$objects"

# Two builds at once: the second waits, and finds the work done.
exec 9> "$objects/lock"
flock 9
if [ -e "$output" ] && [ -z "$(find "$here" -type f -newer "$output")" ]; then exit 0; fi

flags="-std=c++17 -O3 -fopenmp -ffp-contract=off -fno-math-errno -g1 -fPIC -fvisibility=hidden -Wall -Wextra -Werror"
flags="$flags -isystem /usr/include/torch/csrc/api/include -isystem /usr/include/opencv4"

jobs=
linked=
for source in "$here"/*.cpp; do
    object=$objects/$(basename "$source" .cpp).o
    linked="$linked $object"
    [ "$object" -nt "$source" ] && [ -z "$(find "$here" -name '*.h' -newer "$object")" ] && [ "$object" -nt "$0" ] && continue
    g++ $flags -c "$source" -o "$object" &
    jobs="$jobs $!"
done
for job in $jobs; do wait "$job"; done

g++ -shared -fopenmp -Wl,--no-undefined -o "$output.new" $linked -ltorch_cpu -ltorch -lc10 -lopencv_imgcodecs -lopencv_core
mv "$output.new" "$output"
