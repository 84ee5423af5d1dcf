// What every exported function has in common: the values that cross the boundary, who owns
// them, and how an error gets back.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#define EXPORT extern "C" __attribute__((visibility("default")))

// The order is that of ValueKind in Interop/Value.cs.
enum class Kind : int64_t { None, Tensor, Long, Double, Bool, LongList, DoubleList, TensorList, String, Device, Generator };

struct Value {
    Kind kind;
    union {
        int64_t number;          // Long, Bool; a device as type << 32 | index
        double real;
        void* object;            // Tensor, Generator
        const int64_t* longs;    // lists and strings: `length` elements
        const double* doubles;
        void* const* objects;
        const char* text;
    };
    int64_t length;
};
static_assert(sizeof(Value) == 24);

// A tensor (a generator) crosses the boundary as one counted reference to its implementation.
// An undefined tensor is a null pointer.

inline void* give(at::Tensor tensor) { return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr; }

inline at::Tensor borrow(void* handle) {
    if (handle == nullptr) return {};
    return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(static_cast<c10::TensorImpl*>(handle)));
}

inline std::vector<at::Tensor> borrow(void* const* handles, int64_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (int64_t i = 0; i < count; ++i) tensors.push_back(borrow(handles[i]));
    return tensors;
}

inline void* give(at::Generator generator) { return generator.unsafeReleaseGeneratorImpl(); }

inline at::Generator borrowGenerator(void* handle) {
    return at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(static_cast<c10::GeneratorImpl*>(handle)));
}

// Runs the body of an exported function. The result is null, or the message of what went wrong,
// valid until the next failure on the same thread.
const char* failure(const char* message);

template <typename Body>
const char* guard(Body&& body) noexcept {
    try {
        body();
        return nullptr;
    } catch (const c10::Error& error) {
        return failure(error.what_without_backtrace());
    } catch (const std::exception& error) {
        return failure(error.what());
    } catch (...) {
        return failure("unknown native exception");
    }
}
