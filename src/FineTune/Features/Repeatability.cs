using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Whether what is frozen answers the same when it is asked the same again. A part that keeps what it was shown, such as the keys and
/// values of earlier calls, does not, nor does one that draws random numbers in inference mode: their answers cannot be kept.
/// </summary>
internal static class Repeatability
{
    /// <summary>The part that answered differently the second time; null where none did.</summary>
    /// <param name="model">The model.</param>
    /// <param name="run">Runs its frozen half.</param>
    /// <param name="input">What is asked twice.</param>
    /// <param name="other">What is asked in between: whoever was shown but one thing may answer the same however often.</param>
    /// <param name="error">The difference that is no more than rounding, relative to the largest number.</param>
    public static string? FirstChanging(nn.Module model, Func<Tensors, Tensor[]> run, Tensors input, Tensors other, double error)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        var before = Copies(run(input));
        run(other);
        if (AreSame(before, run(input), error))
        {
            return null;
        }

        // Whoever contains the part answers differently too, but later.
        var once = Calls(model, () => run(input), scope);
        run(other);
        var again = Calls(model, () => run(input), scope);
        var changing = once.Zip(again).FirstOrDefault(calls =>
            calls.First.Name == calls.Second.Name
            && IsSame(calls.First.Input, calls.Second.Input, error)
            && !IsSame(calls.First.Output, calls.Second.Output, error)).First.Name;
        return changing is null ? $"the frozen half of {model.GetName()}" : $"'{changing}'";
    }

    private static List<(string Name, Tensor Input, Tensor Output)> Calls(nn.Module model, Action run, DisposeScope scope)
    {
        var calls = new List<(string, Tensor, Tensor)>();
        using var hooks = new CallHooks();
        foreach (var (name, module) in model.named_modules())
        {
            var inputs = new Stack<Tensor>();
            hooks.Before(module, input => inputs.Push(Copy(input)));
            hooks.After(module, output => calls.Add((name, inputs.Pop(), Copy(output))));
        }

        run();
        return calls;

        // A part may have a scope of its own, which ends with its call.
        Tensor Copy(Tensor tensor)
        {
            var copy = tensor.clone().DetachFromDisposeScope();
            scope.Attach(copy);
            return copy;
        }
    }

    // What keeps its answer may change it in place the next time.
    private static Tensor[] Copies(Tensor[] tensors) => Array.ConvertAll(tensors, tensor => tensor.clone());

    private static bool AreSame(Tensor[] some, Tensor[] others, double error) =>
        some.Zip(others).All(pair => IsSame(pair.First, pair.Second, error));

    private static bool IsSame(Tensor one, Tensor other, double error)
    {
        if (!one.shape.SequenceEqual(other.shape))
        {
            return false;
        }

        var (first, second) = (one.to_type(ScalarType.Float64), other.to_type(ScalarType.Float64));
        return first.numel() == 0
            || first.allclose(second, rtol: error, atol: error * first.nan_to_num().abs().max().ToDouble(), equal_nan: true);
    }
}
