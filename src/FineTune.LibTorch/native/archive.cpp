// A tensor as libtorch writes it to a file, readable from Python by torch.jit.load.
#include "abi.h"

#include <torch/serialize.h>

EXPORT const char* ft_tensor_save(void* handle, const char* path) {
    return guard([&] { torch::save(borrow(handle), path); });
}

EXPORT const char* ft_tensor_load(const char* path, void** result) {
    return guard([&] {
        at::Tensor tensor;
        torch::load(tensor, path);
        *result = give(std::move(tensor));
    });
}
