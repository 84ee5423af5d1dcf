#!/bin/sh
# Finds what the build and the binding need of the system, and installs it where that is ours to do:
# as root on a Debian-like system. Otherwise prints one sentence with the command to run, and fails.
set -eu

packages="g++ libtorch-dev libgloo-dev libopenblas0 libopencv-imgcodecs-dev libopencv-imgproc-dev"

is_complete() {
    command -v g++ > /dev/null &&
        [ -e /usr/include/torch/csrc/api/include/torch/optim.h ] &&
        [ -d /usr/include/gloo ] &&
        [ -e /usr/include/opencv4/opencv2/imgcodecs.hpp ] &&
        ls /usr/lib/*/openblas*/libblas.so.3 > /dev/null 2>&1
}

is_complete && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    echo "The libraries that FineTune.LibTorch is built on are missing: run 'sudo apt-get install -y $packages' on Debian 12 or alike, and build again."
    exit 1
fi

# Builds of several projects, or clones, at once: the first installs, the others wait.
exec 8> /var/lock/finetune-setup.lock
flock 8
is_complete && exit 0

echo "Installing with apt-get, once: $packages"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=600 $packages >> "$log" 2>&1; }
if ! install && ! { apt-get update >> "$log" 2>&1 && install; }; then
    echo "Installing failed ($(grep -m 1 '^E:' "$log" || echo "see $log")): run 'apt-get update && apt-get install -y $packages', and build again."
    exit 1
fi
rm -f "$log"

# The distribution's default BLAS is an order of magnitude slower.
for blas in /usr/lib/*/openblas*/libblas.so.3; do
    directory=$(dirname "$(dirname "$blas")")
    name="libblas.so.3-$(basename "$directory")"
    case $(readlink -f "$directory/libblas.so.3") in
        *openblas*) ;;
        *) update-alternatives --set "$name" "$blas" > /dev/null || echo "Products of matrices will be slow: choose OpenBLAS with 'update-alternatives --config $name'." ;;
    esac
done
