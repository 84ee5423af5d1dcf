// One step of an optimizer over all parameters of all groups: fused where that is possible, else libtorch's own. The caller
// keeps the state, so that an optimizer of torch::optim lives for one step only and owns nothing.
#include "abi.h"
#include "fused.h"

namespace {

using namespace torch::optim;

// The order is that of Algorithm in Optim/OptimizerHelper.cs.
enum class Algorithm : int32_t { SGD, Adam, AdamW, RMSProp, Adagrad };

// The numbers of a group: the learning rate, then what Visit in each Options class visits, in that order.
struct Numbers {
    const double* next;
    double take() { return *next++; }
    bool flag() { return take() != 0; }
};

struct Sgd {
    using Options = SGDOptions;
    static constexpr int slots = 1;
    static Options options(Numbers& its, bool& maximize) {
        Options options(its.take());
        options.momentum(its.take()).dampening(its.take()).weight_decay(its.take()).nesterov(its.flag());
        maximize = its.flag();
        return options;
    }
    // Without a buffer this is the first step, which the optimizer itself recognizes by there being no state.
    static std::unique_ptr<OptimizerParamState> load(int64_t, at::Tensor* slot) {
        if (!slot[0].defined()) return nullptr;
        auto state = std::make_unique<SGDParamState>();
        state->momentum_buffer(slot[0]);
        return state;
    }
    static int64_t save(const OptimizerParamState& from, at::Tensor* slot) {
        slot[0] = static_cast<const SGDParamState&>(from).momentum_buffer();
        return 0;
    }
};

template <typename TOptions, typename TState>
struct AdamLike {
    using Options = TOptions;
    static constexpr int slots = 3;
    static Options options(Numbers& its, bool& maximize) {
        Options options(its.take());
        double beta1 = its.take(), beta2 = its.take();
        options.betas({beta1, beta2}).eps(its.take()).weight_decay(its.take()).amsgrad(its.flag());
        maximize = its.flag();
        return options;
    }
    static std::unique_ptr<OptimizerParamState> load(int64_t step, at::Tensor* slot) {
        auto state = std::make_unique<TState>();
        state->step(step).exp_avg(slot[0]).exp_avg_sq(slot[1]).max_exp_avg_sq(slot[2]);
        return state;
    }
    static int64_t save(const OptimizerParamState& from, at::Tensor* slot) {
        auto& state = static_cast<const TState&>(from);
        slot[0] = state.exp_avg(), slot[1] = state.exp_avg_sq(), slot[2] = state.max_exp_avg_sq();
        return state.step();
    }
};

struct RmsProp {
    using Options = RMSpropOptions;
    static constexpr int slots = 3;
    static Options options(Numbers& its, bool& maximize) {
        Options options(its.take());
        maximize = its.flag();
        options.momentum(its.take()).alpha(its.take()).eps(its.take()).weight_decay(its.take()).centered(its.flag());
        return options;
    }
    static std::unique_ptr<OptimizerParamState> load(int64_t step, at::Tensor* slot) {
        auto state = std::make_unique<RMSpropParamState>();
        state->step(step).square_avg(slot[0]).momentum_buffer(slot[1]).grad_avg(slot[2]);
        return state;
    }
    static int64_t save(const OptimizerParamState& from, at::Tensor* slot) {
        auto& state = static_cast<const RMSpropParamState&>(from);
        slot[0] = state.square_avg(), slot[1] = state.momentum_buffer(), slot[2] = state.grad_avg();
        return state.step();
    }
};

struct AdaGrad {
    using Options = AdagradOptions;
    static constexpr int slots = 1;
    static Options options(Numbers& its, bool& maximize) {
        Options options(its.take());
        options.lr_decay(its.take()).initial_accumulator_value(its.take()).eps(its.take()).weight_decay(its.take());
        maximize = false;
        return options;
    }
    static std::unique_ptr<OptimizerParamState> load(int64_t step, at::Tensor* slot) {
        auto state = std::make_unique<AdagradParamState>();
        state->step(step).sum(slot[0]);
        return state;
    }
    static int64_t save(const OptimizerParamState& from, at::Tensor* slot) {
        auto& state = static_cast<const AdagradParamState&>(from);
        slot[0] = state.sum();
        return state.step();
    }
};

std::string key(const at::Tensor& parameter) { return c10::guts::to_string(parameter.unsafeGetTensorImpl()); }

struct Step {
    const double* options;
    const int64_t* sizes;
    int64_t groups;
    void* const* parameters;
    void** state;
    int64_t* steps;

    template <typename Optimizer, typename Kind>
    void run() const {
        struct Member {
            int64_t index;
            at::Tensor parameter, slots[Kind::slots];
        };
        Numbers numbers{options};
        std::vector<Member> stepped, others;
        std::vector<OptimizerParamGroup> othersGroups;
        std::vector<at::Tensor> negated;
        for (int64_t group = 0, index = 0, end = 0; group < groups; ++group) {
            bool maximize;
            auto its = std::make_unique<typename Kind::Options>(Kind::options(numbers, maximize));
            std::vector<at::Tensor> left;
            for (end += sizes[group]; index < end; ++index) {
                Member member{index, borrow(parameters[index]), {}};
                if (!member.parameter.grad().defined()) continue;
                for (int slot = 0; slot < Kind::slots; ++slot) member.slots[slot] = borrow(state[index * Kind::slots + slot]);
                if (fused(*its, maximize, member.parameter, member.slots, steps[index])) {
                    stepped.push_back(std::move(member));
                    continue;
                }
                left.push_back(member.parameter);
                // This version of libtorch only minimizes.
                if (maximize) negated.push_back(member.parameter);
                others.push_back(std::move(member));
            }
            if (!left.empty()) othersGroups.emplace_back(std::move(left), std::move(its));
        }

        if (!others.empty()) {
            Optimizer optimizer(std::move(othersGroups), typename Kind::Options(1));
            for (auto& member : others) {
                auto loaded = Kind::load(steps[member.index], member.slots);
                if (loaded) optimizer.state()[key(member.parameter)] = std::move(loaded);
            }

            negate(negated);
            optimizer.step();
            negate(negated);

            for (auto& member : others) {
                auto found = optimizer.state().find(key(member.parameter));
                if (found == optimizer.state().end()) continue;
                steps[member.index] = Kind::save(*found->second, member.slots);
                stepped.push_back(std::move(member));
            }
        }

        for (auto& member : stepped)
            for (int slot = 0; slot < Kind::slots; ++slot) {
                void*& handle = state[member.index * Kind::slots + slot];
                if (handle != member.slots[slot].unsafeGetTensorImpl() && member.slots[slot].defined()) handle = give(member.slots[slot]);
            }
    }

    static void negate(std::vector<at::Tensor>& parameters) {
        at::NoGradGuard guard;
        for (auto& parameter : parameters)
            if (parameter.grad().defined()) parameter.mutable_grad().neg_();
    }
};

}  // namespace

// `state` has the tensors of each parameter in a row. One that the step made is given to the caller in its place.
EXPORT const char* ft_optimizer_step(int32_t algorithm, const double* options, const int64_t* sizes, int64_t groups,
                                     void* const* parameters, void** state, int64_t* steps) {
    return guard([&] {
        Step step{options, sizes, groups, parameters, state, steps};
        switch (static_cast<Algorithm>(algorithm)) {
            case Algorithm::SGD: return step.run<SGD, Sgd>();
            case Algorithm::Adam: return step.run<Adam, AdamLike<AdamOptions, AdamParamState>>();
            case Algorithm::AdamW: return step.run<AdamW, AdamLike<AdamWOptions, AdamWParamState>>();
            case Algorithm::RMSProp: return step.run<RMSprop, RmsProp>();
            case Algorithm::Adagrad: return step.run<Adagrad, AdaGrad>();
        }
    });
}
