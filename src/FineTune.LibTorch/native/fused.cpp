// The arithmetic is libtorch's, operation by operation, with a product and a sum rounded once wherever its vectors fuse them
// (which they do on processors that can). Each element is computed on its own and every operation rounds correctly, so that
// neither threads nor the width of vectors show in the result: this takes -ffp-contract=off.
#include "fused.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

// A loop for each generation of processors; the dynamic linker takes the best that there is.
#if defined(__x86_64__) && __GNUC__ >= 12
#define FOR_THIS_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_THIS_PROCESSOR
#endif

namespace {

// What one thread updates: parameter, gradient and state from `begin` to `end`. A missing state is null.
template <typename T>
struct Range {
    T* parameter;
    const T* gradient;
    T* state[3];
    int64_t begin, end;
};

// Adam and AdamW, which differ in what decays: the gradient takes it up, or the weight shrinks beforehand.
template <typename T>
struct AdamStep {
    T sign, decay, keep, beta1, rest1, beta2, rest2, correction, eps, size;

    template <bool amsgrad>
    [[gnu::always_inline]] void over(const Range<T>& its) const {
        auto [parameter, gradient, state, begin, end] = its;
        auto [mean, square, largest] = state;
#pragma GCC ivdep
        for (int64_t i = begin; i < end; ++i) {
            T weight = parameter[i] * keep;
            T slope = gradient[i] * sign;
            if (decay != 0) slope = std::fma(weight, decay, slope);
            mean[i] = std::fma(slope, rest1, mean[i] * beta1);
            T scale = square[i] = std::fma(rest2 * slope, slope, square[i] * beta2);
            if (amsgrad) scale = largest[i] = largest[i] >= scale || largest[i] != largest[i] ? largest[i] : scale;
            parameter[i] = weight + size * mean[i] / (std::sqrt(scale) / correction + eps);
        }
    }

    [[gnu::always_inline]] void over(const Range<T>& its) const { its.state[2] ? over<true>(its) : over<false>(its); }
};

template <typename T>
struct SgdStep {
    T sign, decay, momentum, rest, ahead, size;

    [[gnu::always_inline]] void over(const Range<T>& its) const {
        auto [parameter, gradient, state, begin, end] = its;
        T* velocity = state[0];
#pragma GCC ivdep
        for (int64_t i = begin; i < end; ++i) {
            T slope = gradient[i] * sign;
            if (decay != 0) slope = std::fma(parameter[i], decay, slope);
            if (velocity) {
                T moved = velocity[i] = std::fma(slope, rest, velocity[i] * momentum);
                slope = ahead != 0 ? std::fma(moved, ahead, slope) : moved;
            }
            parameter[i] = std::fma(slope, size, parameter[i]);
        }
    }
};

FOR_THIS_PROCESSOR void update(const AdamStep<float>& step, const Range<float>& range) { step.over(range); }
FOR_THIS_PROCESSOR void update(const AdamStep<double>& step, const Range<double>& range) { step.over(range); }
FOR_THIS_PROCESSOR void update(const SgdStep<float>& step, const Range<float>& range) { step.over(range); }
FOR_THIS_PROCESSOR void update(const SgdStep<double>& step, const Range<double>& range) { step.over(range); }

// Whether what lies at the same place in the memory of both has the same index.
bool alike(const at::Tensor& one, const at::Tensor& other) {
    if (other.layout() != at::kStrided || !other.device().is_cpu() || other.scalar_type() != one.scalar_type() || other.is_neg()) return false;
    if (other.sizes() != one.sizes()) return false;
    // A dimension of one element is never strided over: the gradient of a 1×1 convolution may have any stride there.
    for (int64_t d = 0; d < one.dim(); ++d)
        if (one.size(d) != 1 && one.stride(d) != other.stride(d)) return false;
    return true;
}

bool alike(const at::Tensor& parameter, const at::Tensor* state, int count) {
    return (parameter.scalar_type() == at::kFloat || parameter.scalar_type() == at::kDouble) && alike(parameter, parameter)
        && parameter.is_non_overlapping_and_dense() && alike(parameter, parameter.grad())
        && std::all_of(state, state + count, [&](const at::Tensor& its) { return its.defined() && alike(parameter, its); });
}

template <template <typename> typename Step, typename T>
void take(const Step<T>& step, const at::Tensor& parameter, const at::Tensor* state, int count) {
    parameter.unsafeGetTensorImpl()->bump_version();
    Range<T> all{parameter.data_ptr<T>(), parameter.grad().data_ptr<T>(), {}, 0, parameter.numel()};
    for (int slot = 0; slot < count; ++slot) {
        state[slot].unsafeGetTensorImpl()->bump_version();
        all.state[slot] = state[slot].data_ptr<T>();
    }
    at::parallel_for(0, all.end, at::internal::GRAIN_SIZE, [&](int64_t begin, int64_t end) {
        auto range = all;
        range.begin = begin, range.end = end;
        update(step, range);
    });
}

template <typename Options>
bool adam(const Options& options, bool maximize, double decay, double keep, const at::Tensor& parameter, at::Tensor* state, int64_t& steps) {
    int slots = options.amsgrad() ? 3 : 2;
    if (!alike(parameter, state, slots)) return false;
    auto [beta1, beta2] = options.betas();
    ++steps;
    double size = options.lr() / (1 - std::pow(beta1, steps)), correction = std::sqrt(1 - std::pow(beta2, steps));
    AT_DISPATCH_FLOATING_TYPES(parameter.scalar_type(), "adam", [&] {
        using T = scalar_t;
        take(AdamStep<T>{T(maximize ? -1 : 1), T(decay), T(keep), T(beta1), T(1 - beta1), T(beta2), T(1 - beta2), T(correction),
                         T(options.eps()), T(-size)}, parameter, state, slots);
    });
    return true;
}

}  // namespace

bool fused(const torch::optim::AdamOptions& options, bool maximize, const at::Tensor& parameter, at::Tensor* state, int64_t& steps) {
    return adam(options, maximize, options.weight_decay(), 1, parameter, state, steps);
}

bool fused(const torch::optim::AdamWOptions& options, bool maximize, const at::Tensor& parameter, at::Tensor* state, int64_t& steps) {
    return adam(options, maximize, 0, 1 - options.lr() * options.weight_decay(), parameter, state, steps);
}

bool fused(const torch::optim::SGDOptions& options, bool maximize, const at::Tensor& parameter, at::Tensor* state, int64_t&) {
    int slots = options.momentum() != 0 ? 1 : 0;
    bool first = slots == 1 && !state[0].defined();
    if (!alike(parameter, state, first ? 0 : slots)) return false;
    // The first velocity is the whole gradient, dampened or not.
    if (first) state[0] = at::zeros_like(parameter);
    AT_DISPATCH_FLOATING_TYPES(parameter.scalar_type(), "sgd", [&] {
        using T = scalar_t;
        take(SgdStep<T>{T(maximize ? -1 : 1), T(options.weight_decay()), T(options.momentum()), T(first ? 1 : 1 - options.dampening()),
                        T(options.nesterov() ? options.momentum() : 0), T(-options.lr())}, parameter, state, slots);
    });
    return true;
}
