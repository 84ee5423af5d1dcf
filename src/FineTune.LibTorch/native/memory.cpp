// How the C library's allocator treats the memory of small tensors, and what kernels take for themselves.
#include <malloc.h>

#include <cstdlib>

// A training step frees its activations and asks for them again in the next. By default the allocator gives blocks of
// that size back to the system each time, and the next step pays for every page anew: a tenth of a step of ResNet-18.
// And each thread that computes frees into an arena of its own, out of which no other thread takes anything: with features that
// come up on one thread and train another, a process grows by a fifth. What stands in the environment wins.
__attribute__((constructor)) static void keepFreedMemory() {
    if (std::getenv("MALLOC_ARENA_MAX") == nullptr) mallopt(M_ARENA_MAX, 1);
    if (std::getenv("MALLOC_TRIM_THRESHOLD_") == nullptr) mallopt(M_TRIM_THRESHOLD, 1 << 30);
    if (std::getenv("MALLOC_MMAP_THRESHOLD_") == nullptr) mallopt(M_MMAP_THRESHOLD, 32 << 20);    // the most it takes
}
