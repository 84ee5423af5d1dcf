// What the dispatcher does not reach: the life and the memory of a tensor, autograd, threads, generators.
#include "abi.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

const char* failure(const char* message) {
    static thread_local std::string last;
    return (last = message).c_str();
}

struct TensorInfo {
    const int64_t* sizes;
    const int64_t* strides;
    void* data;
    int64_t dimensions, elements, offset, elementSize;
    int32_t type, deviceType, deviceIndex;
    int32_t flags;    // bits as in TensorFlags in Interop/TensorInfo.cs
};

EXPORT void ft_tensor_release(void* handle) {
    c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(static_cast<c10::TensorImpl*>(handle));
}

EXPORT const char* ft_tensor_info(void* handle, TensorInfo* info) {
    return guard([&] {
        auto tensor = borrow(handle);
        bool strided = tensor.layout() == at::kStrided;
        info->sizes = tensor.sizes().data();
        info->strides = strided ? tensor.strides().data() : nullptr;
        info->data = strided && tensor.has_storage() ? tensor.data_ptr() : nullptr;
        info->dimensions = tensor.dim();
        info->elements = tensor.numel();
        info->offset = strided ? tensor.storage_offset() : 0;
        info->elementSize = static_cast<int64_t>(tensor.element_size());
        info->type = static_cast<int32_t>(tensor.scalar_type());
        info->deviceType = static_cast<int32_t>(tensor.device().type());
        info->deviceIndex = tensor.device().index();
        info->flags = (tensor.requires_grad() ? 1 : 0) | (tensor.is_leaf() ? 2 : 0) | (strided && tensor.is_contiguous() ? 4 : 0)
            | (tensor.is_sparse() ? 8 : 0) | (tensor.is_conj() ? 16 : 0) | (tensor.is_neg() ? 32 : 0);
    });
}

EXPORT const char* ft_tensor_set_requires_grad(void* handle, bool value) {
    return guard([&] { borrow(handle).set_requires_grad(value); });
}

EXPORT const char* ft_tensor_grad(void* handle, void** result) {
    return guard([&] { *result = give(borrow(handle).grad()); });
}

EXPORT const char* ft_tensor_set_grad(void* handle, void* grad) {
    return guard([&] { borrow(handle).mutable_grad() = borrow(grad); });
}

// Makes `handle` share the storage and the metadata of `source`, autograd history apart.
EXPORT const char* ft_tensor_set_data(void* handle, void* source) {
    return guard([&] { borrow(handle).set_data(borrow(source)); });
}

EXPORT const char* ft_backward(void* const* tensors, int64_t count, void* const* grads, int64_t gradCount, bool retainGraph,
                               bool createGraph, void* const* inputs, int64_t inputCount) {
    return guard([&] {
        torch::autograd::backward(borrow(tensors, count), borrow(grads, gradCount), retainGraph, createGraph, borrow(inputs, inputCount));
    });
}

EXPORT const char* ft_grad(void* const* outputs, int64_t count, void* const* inputs, int64_t inputCount, void* const* grads,
                           int64_t gradCount, bool retainGraph, bool createGraph, bool allowUnused, void** results) {
    return guard([&] {
        auto found = torch::autograd::grad(borrow(outputs, count), borrow(inputs, inputCount), borrow(grads, gradCount), retainGraph, createGraph, allowUnused);
        for (size_t i = 0; i < found.size(); ++i) results[i] = give(std::move(found[i]));
    });
}

EXPORT bool ft_grad_mode() { return c10::GradMode::is_enabled(); }
EXPORT void ft_set_grad_mode(bool enabled) { c10::GradMode::set_enabled(enabled); }

EXPORT int32_t ft_threads() { return at::get_num_threads(); }
EXPORT const char* ft_set_threads(int32_t count) { return guard([&] { at::set_num_threads(count); }); }
EXPORT int32_t ft_interop_threads() { return at::get_num_interop_threads(); }
EXPORT const char* ft_set_interop_threads(int32_t count) { return guard([&] { at::set_num_interop_threads(count); }); }

EXPORT void* ft_generator_default() { return give(at::Generator(at::detail::getDefaultCPUGenerator())); }
EXPORT void* ft_generator_new(uint64_t seed) { return give(at::detail::createCPUGenerator(seed)); }
EXPORT void ft_generator_release(void* handle) {
    c10::intrusive_ptr<c10::GeneratorImpl>::reclaim(static_cast<c10::GeneratorImpl*>(handle));
}

namespace {
// The generator's own lock, as every operator that draws from it takes it.
template <typename Body>
const char* locked(void* handle, Body&& body) {
    return guard([&] {
        auto generator = borrowGenerator(handle);
        std::lock_guard<std::mutex> lock(generator.mutex());
        body(generator);
    });
}
}  // namespace

EXPORT const char* ft_generator_set_seed(void* handle, uint64_t seed) {
    return locked(handle, [&](at::Generator& generator) { generator.set_current_seed(seed); });
}
EXPORT const char* ft_generator_seed(void* handle, uint64_t* result) {
    return locked(handle, [&](at::Generator& generator) { *result = generator.seed(); });
}
EXPORT const char* ft_generator_initial_seed(void* handle, uint64_t* result) {
    return locked(handle, [&](at::Generator& generator) { *result = generator.current_seed(); });
}
EXPORT const char* ft_generator_state(void* handle, void** result) {
    return locked(handle, [&](at::Generator& generator) { *result = give(generator.get_state()); });
}
EXPORT const char* ft_generator_set_state(void* handle, void* state) {
    return locked(handle, [&](at::Generator& generator) { generator.set_state(borrow(state)); });
}
