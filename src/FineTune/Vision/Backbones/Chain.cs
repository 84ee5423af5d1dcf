using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

/// <summary>
/// Modules called one after the other, each result given up once the next is there. Without gradients that is most of
/// the memory that a block takes.
/// </summary>
internal static class Chain
{
    /// <summary>The last module's answer; the input stays the caller's.</summary>
    public static Tensor Call(Tensor input, params ReadOnlySpan<Module<Tensor, Tensor>> modules)
    {
        var result = input;
        foreach (var module in modules)
        {
            var next = module.call(result);

            // What works in place gives its input back.
            if (!ReferenceEquals(result, input) && !ReferenceEquals(result, next))
            {
                result.Dispose();
            }

            result = next;
        }

        return result;
    }
}
