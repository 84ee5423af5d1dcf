using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

/// <summary>
/// A Sequential with one parameter of its own, which one of its stages uses. TorchSharp's own lists only those of its
/// stages.
/// </summary>
internal sealed class HoldingSequential : Sequential
{
    private readonly string held;

    public HoldingSequential(string name, Parameter parameter, params (string, Module<Tensor, Tensor>)[] stages) : base(stages)
    {
        held = name;
        register_parameter(name, parameter);
    }

    /// <summary>The parameter; another one after a move to another device.</summary>
    public Parameter Held => get_parameter(held)!;

    public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
    {
        yield return (held, Held);
        if (!recurse)
        {
            yield break;
        }

        foreach ((var name, var parameter) in base.named_parameters(recurse))
        {
            if (name != held)
            {
                yield return (name, parameter);
            }
        }
    }
}
