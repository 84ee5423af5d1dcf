// libtorch's optimizers. The options of a group and the state of a parameter cross the boundary
// as flat rows of numbers and tensors, in the order of the `visit` functions.
#include "abi.h"

#include <torch/optim/adagrad.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

using namespace torch::optim;

namespace {

template <typename Visitor> void visit(SGDOptions& o, Visitor&& v) { v(o.lr(), o.momentum(), o.dampening(), o.weight_decay(), o.nesterov()); }
template <typename Visitor> void visit(AdamOptions& o, Visitor&& v) {
    v(o.lr(), std::get<0>(o.betas()), std::get<1>(o.betas()), o.eps(), o.weight_decay(), o.amsgrad());
}
template <typename Visitor> void visit(AdamWOptions& o, Visitor&& v) {
    v(o.lr(), std::get<0>(o.betas()), std::get<1>(o.betas()), o.eps(), o.weight_decay(), o.amsgrad());
}
template <typename Visitor> void visit(RMSpropOptions& o, Visitor&& v) {
    v(o.lr(), o.alpha(), o.eps(), o.weight_decay(), o.momentum(), o.centered());
}
template <typename Visitor> void visit(AdagradOptions& o, Visitor&& v) {
    v(o.lr(), o.lr_decay(), o.weight_decay(), o.initial_accumulator_value(), o.eps());
}

template <typename Visitor> void visit(SGDParamState& s, Visitor&& v) { int64_t step = 0; v(step, s.momentum_buffer()); }
template <typename Visitor> void visit(AdamParamState& s, Visitor&& v) { v(s.step(), s.exp_avg(), s.exp_avg_sq(), s.max_exp_avg_sq()); }
template <typename Visitor> void visit(AdamWParamState& s, Visitor&& v) { v(s.step(), s.exp_avg(), s.exp_avg_sq(), s.max_exp_avg_sq()); }
template <typename Visitor> void visit(RMSpropParamState& s, Visitor&& v) { v(s.step(), s.square_avg(), s.momentum_buffer(), s.grad_avg()); }
template <typename Visitor> void visit(AdagradParamState& s, Visitor&& v) { v(s.step(), s.sum()); }

// One optimizer behind the boundary, whatever its kind.
struct AnyOptimizer {
    std::unique_ptr<Optimizer> inner;

    explicit AnyOptimizer(std::unique_ptr<Optimizer> optimizer) : inner(std::move(optimizer)) {}
    virtual ~AnyOptimizer() = default;
    virtual void add(std::vector<at::Tensor> parameters, const double* options) = 0;
    virtual void readOptions(size_t group, double* options) = 0;
    virtual void writeOptions(size_t group, const double* options) = 0;
    virtual void readState(const at::Tensor& parameter, void** tensors, int64_t* step) = 0;
    virtual void writeState(const at::Tensor& parameter, void* const* tensors, int64_t step) = 0;

    auto& group(size_t index) {
        TORCH_CHECK(index < inner->param_groups().size(), "there is no parameter group ", index);
        return inner->param_groups()[index];
    }
};

std::string key(const at::Tensor& parameter) { return c10::guts::to_string(parameter.unsafeGetTensorImpl()); }

template <typename Kind, typename Options, typename State>
struct OptimizerOf final : AnyOptimizer {
    OptimizerOf() : AnyOptimizer(std::make_unique<Kind>(std::vector<OptimizerParamGroup>{}, Options(1e-3))) {}

    void add(std::vector<at::Tensor> parameters, const double* values) override {
        auto options = std::make_unique<Options>(1e-3);
        write(*options, values);
        double initial = 0;
        if constexpr (std::is_same_v<Options, AdagradOptions>) initial = options->initial_accumulator_value();
        inner->add_param_group(OptimizerParamGroup(parameters, std::move(options)));
        // Adagrad makes its state when it is constructed, for the groups that it has then.
        if constexpr (std::is_same_v<State, AdagradParamState>)
            for (auto& parameter : parameters) {
                auto state = std::make_unique<State>();
                state->step(0).sum(at::full_like(parameter, initial, at::MemoryFormat::Preserve));
                inner->state()[key(parameter)] = std::move(state);
            }
    }

    void readOptions(size_t index, double* values) override {
        visit(static_cast<Options&>(group(index).options()), [&](auto&... fields) { ((*values++ = fields), ...); });
    }

    void writeOptions(size_t index, const double* values) override { write(static_cast<Options&>(group(index).options()), values); }

    void readState(const at::Tensor& parameter, void** tensors, int64_t* step) override {
        auto found = inner->state().find(key(parameter));
        *step = 0;
        if (found == inner->state().end()) return;
        visit(static_cast<State&>(*found->second), [&](int64_t& taken, auto&... fields) {
            *step = taken;
            ((*tensors++ = give(fields)), ...);
        });
    }

    void writeState(const at::Tensor& parameter, void* const* tensors, int64_t step) override {
        auto state = std::make_unique<State>();
        visit(*state, [&](int64_t& taken, auto&... fields) {
            taken = step;
            ((fields = borrow(*tensors++)), ...);
        });
        inner->state()[key(parameter)] = std::move(state);
    }

private:
    static void write(Options& options, const double* values) {
        visit(options, [&](auto&... fields) { ((fields = static_cast<std::decay_t<decltype(fields)>>(*values++)), ...); });
    }
};

AnyOptimizer& optimizer(void* handle) { return *static_cast<AnyOptimizer*>(handle); }

}  // namespace

// `kind` as OptimizerKind in Interop/NativeOptimizer.cs.
EXPORT const char* ft_optimizer_new(int32_t kind, void** result) {
    return guard([&] {
        switch (kind) {
            case 0: *result = new OptimizerOf<SGD, SGDOptions, SGDParamState>(); break;
            case 1: *result = new OptimizerOf<Adam, AdamOptions, AdamParamState>(); break;
            case 2: *result = new OptimizerOf<AdamW, AdamWOptions, AdamWParamState>(); break;
            case 3: *result = new OptimizerOf<RMSprop, RMSpropOptions, RMSpropParamState>(); break;
            case 4: *result = new OptimizerOf<Adagrad, AdagradOptions, AdagradParamState>(); break;
            default: TORCH_CHECK(false, "there is no optimizer ", kind);
        }
    });
}
EXPORT void ft_optimizer_release(void* handle) { delete static_cast<AnyOptimizer*>(handle); }

EXPORT const char* ft_optimizer_add_group(void* handle, void* const* parameters, int64_t count, const double* options) {
    return guard([&] { optimizer(handle).add(borrow(parameters, count), options); });
}
EXPORT const char* ft_optimizer_options(void* handle, int64_t group, double* options) {
    return guard([&] { optimizer(handle).readOptions(group, options); });
}
EXPORT const char* ft_optimizer_set_options(void* handle, int64_t group, const double* options) {
    return guard([&] { optimizer(handle).writeOptions(group, options); });
}
EXPORT const char* ft_optimizer_state(void* handle, void* parameter, void** tensors, int64_t* step) {
    return guard([&] { optimizer(handle).readState(borrow(parameter), tensors, step); });
}
EXPORT const char* ft_optimizer_set_state(void* handle, void* parameter, void* const* tensors, int64_t step) {
    return guard([&] { optimizer(handle).writeState(borrow(parameter), tensors, step); });
}
EXPORT const char* ft_optimizer_step(void* handle) {
    return guard([&] { optimizer(handle).inner->step(); });
}
EXPORT const char* ft_optimizer_zero_grad(void* handle, bool setToNone) {
    return guard([&] {
        for (auto& group : optimizer(handle).inner->param_groups())
            for (auto& parameter : group.params()) {
                auto& grad = parameter.mutable_grad();
                if (!grad.defined()) continue;
                if (setToNone) grad.reset();
                else grad = grad.detach().zero_();
            }
    });
}
