// A step of an optimizer over one parameter in a single pass over memory, where libtorch's own takes about ten.
#pragma once

#include <ATen/ATen.h>
#include <torch/optim.h>

// Takes the step, or answers false where the tensors are not of one shape, layout and type (float or double), on the CPU.
// The state is that of libtorch's optimizer: its tensors in their order, the number of steps so far. A momentum that
// SGD begins with is made here.
bool fused(const torch::optim::AdamOptions& options, bool maximize, const at::Tensor& parameter, at::Tensor* state, int64_t& steps);
bool fused(const torch::optim::AdamWOptions& options, bool maximize, const at::Tensor& parameter, at::Tensor* state, int64_t& steps);
bool fused(const torch::optim::SGDOptions& options, bool maximize, const at::Tensor& parameter, at::Tensor* state, int64_t& steps);

template <typename Other>
bool fused(const Other&, bool, const at::Tensor&, at::Tensor*, int64_t&) {
    return false;
}
