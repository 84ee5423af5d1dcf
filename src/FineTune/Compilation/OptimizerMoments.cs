using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>What an optimizer knows of each parameter beyond its gradient, addressed by the parameter's name.</summary>
internal static class OptimizerMoments
{
    /// <summary>Copies the moments of parameters that are in both optimizers, which are of the same kind.</summary>
    public static void Carry(OptimizerBinding from, OptimizerBinding to)
    {
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var before = ByName(from);
        foreach (var (name, state) in ByName(to))
        {
            if (before.TryGetValue(name, out var known))
            {
                SetStep(state, StepOf(known));
                foreach (var (slot, source) in Slots(state).Zip(Slots(known)))
                {
                    slot.Set(source.Tensor);
                }
            }
        }
    }

    /// <summary>The moments as tensors, and the number of steps that each parameter has taken.</summary>
    public static (Dictionary<string, Tensor> Tensors, Dictionary<string, long> Steps) Save(OptimizerBinding binding)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var steps = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, state) in ByName(binding))
        {
            steps[name] = StepOf(state);
            foreach (var slot in Slots(state))
            {
                if (slot.Tensor is { } tensor)
                {
                    tensors[$"{name}/{slot.Name}"] = tensor;
                }
            }
        }

        return (tensors, steps);
    }

    /// <summary>Puts back what <see cref="Save"/> took; a moment that was not there then is not there now.</summary>
    public static void Restore(OptimizerBinding binding, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, long> steps)
    {
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        foreach (var (name, state) in ByName(binding))
        {
            SetStep(state, steps[name]);
            foreach (var slot in Slots(state))
            {
                slot.Set(tensors.GetValueOrDefault($"{name}/{slot.Name}"));
            }
        }
    }

    // States stand in the order of the groups and of the parameters in them, so positions can be named.
    private static Dictionary<string, TorchSharp.Modules.OptimizerState> ByName(OptimizerBinding binding) =>
        binding.Groups.SelectMany(group => group.Named)
            .Zip(binding.Optimizer.state_dict().State)
            .ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal);

    private static List<Slot> Slots(TorchSharp.Modules.OptimizerState state)
    {
        if (state is Adam.State adam)
        {
            return
            [
                new("exp_avg", adam.exp_avg, tensor => adam.exp_avg = tensor),
                new("exp_avg_sq", adam.exp_avg_sq, tensor => adam.exp_avg_sq = tensor),
            ];
        }

        if (state is AdamW.State adamW)
        {
            return
            [
                new("exp_avg", adamW.exp_avg, tensor => adamW.exp_avg = tensor),
                new("exp_avg_sq", adamW.exp_avg_sq, tensor => adamW.exp_avg_sq = tensor),
            ];
        }

        if (state is RMSProp.State rms)
        {
            return
            [
                new("square_avg", rms.square_avg, tensor => rms.square_avg = tensor),
                new("momentum_buffer", rms.momentum_buffer, tensor => rms.momentum_buffer = tensor),
                new("grad_avg", rms.grad_avg, tensor => rms.grad_avg = tensor),
            ];
        }

        return state is SGD.State sgd
            ? [new("momentum_buffer", sgd.momentum_buffer, tensor => sgd.momentum_buffer = tensor)]
            : [];
    }

    private static long StepOf(TorchSharp.Modules.OptimizerState state) =>
        state is Adam.State adam ? adam.step
        : state is AdamW.State adamW ? adamW.step
        : state is RMSProp.State rms ? rms.step
        : 0;

    private static void SetStep(TorchSharp.Modules.OptimizerState state, long step)
    {
        if (state is Adam.State adam)
        {
            adam.step = step;
        }
        else if (state is AdamW.State adamW)
        {
            adamW.step = step;
        }
        else if (state is RMSProp.State rms)
        {
            rms.step = step;
        }
    }

    /// <summary>One moment of one parameter. What is set is copied.</summary>
    private sealed record Slot(string Name, Tensor? Tensor, Action<Tensor> Assign)
    {
        public void Set(Tensor? value)
        {
            if (value is not null && Tensor is { } present)
            {
                present.copy_(value);
                return;
            }

            Tensor?.Dispose();
            Assign(value is null ? null! : value.clone().DetachFromDisposeScope());
        }
    }
}
