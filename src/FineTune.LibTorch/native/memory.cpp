// How the C library's allocator treats the memory of tensors.
#include <malloc.h>

#include <cstdlib>

// A training step frees its activations and asks for them again in the next. By default the allocator gives blocks of
// that size back to the system each time, and the next step pays for every page anew: a tenth of a step of ResNet-18.
// What stands in the environment wins.
__attribute__((constructor)) static void keepFreedMemory() {
    if (std::getenv("MALLOC_TRIM_THRESHOLD_") == nullptr) mallopt(M_TRIM_THRESHOLD, 1 << 30);
    if (std::getenv("MALLOC_MMAP_THRESHOLD_") == nullptr) mallopt(M_MMAP_THRESHOLD, 32 << 20);    // the most it takes
}
