using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>What an optimizer knows of each parameter beyond its gradient, addressed by the parameter's name.</summary>
internal static class OptimizerMoments
{
    /// <summary>Copies the moments of parameters that are in both optimizers, which are of the same kind.</summary>
    public static void Carry(CompiledModel from, CompiledModel to)
    {
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var before = ByName(from);
        foreach (var (name, state) in ByName(to))
        {
            if (before.TryGetValue(name, out var known))
            {
                Copy(known, state);
            }
        }
    }

    // States stand in the order of the groups and of the parameters in them, so positions can be named.
    private static Dictionary<string, TorchSharp.Modules.OptimizerState> ByName(CompiledModel compiled) =>
        compiled.OptimizerGroups.SelectMany(group => group.Named)
            .Zip(compiled.Optimizer.state_dict().State)
            .ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal);

    private static void Copy(TorchSharp.Modules.OptimizerState from, TorchSharp.Modules.OptimizerState to)
    {
        if (from is SGD.State momentum && to is SGD.State ofMomentum)
        {
            ofMomentum.momentum_buffer = Clone(momentum.momentum_buffer);
        }
        else if (from is Adam.State adam && to is Adam.State ofAdam)
        {
            ofAdam.step = adam.step;
            ofAdam.exp_avg.copy_(adam.exp_avg);
            ofAdam.exp_avg_sq.copy_(adam.exp_avg_sq);
        }
        else if (from is AdamW.State adamW && to is AdamW.State ofAdamW)
        {
            ofAdamW.step = adamW.step;
            ofAdamW.exp_avg.copy_(adamW.exp_avg);
            ofAdamW.exp_avg_sq.copy_(adamW.exp_avg_sq);
        }
        else if (from is RMSProp.State rms && to is RMSProp.State ofRms)
        {
            ofRms.step = rms.step;
            ofRms.square_avg.copy_(rms.square_avg);
            ofRms.momentum_buffer = Clone(rms.momentum_buffer);
            ofRms.grad_avg = Clone(rms.grad_avg);
        }
    }

    private static Tensor Clone(Tensor? tensor) => tensor is null ? null! : tensor.clone().DetachFromDisposeScope();
}
