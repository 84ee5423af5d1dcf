using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>What libtorch says when a forward pass cannot be computed, without its backtrace, and where it was.</summary>
internal static class ForwardFault
{
    /// <summary>A forward pass whose failure names the layer and what it got.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">What it starts from.</param>
    /// <param name="forward">The pass; where it fails, it is run once more to see where.</param>
    public static Tensors Explained(nn.Module model, Tensors inputs, Func<Tensors> forward)
    {
        try
        {
            return forward();
        }
        catch (Exception exception) when (Is(exception))
        {
            throw Of(model, inputs, forward, exception);
        }
    }

    /// <summary>Whether an exception says that something cannot be computed: libtorch's, or that of TorchSharp's own checks.</summary>
    public static bool Is(Exception exception) => exception is ExternalException or ArgumentException;

    /// <summary>The error of a pass that failed; it is run once more to see where.</summary>
    public static FineTuneException Of(nn.Module model, IReadOnlyList<Tensor> inputs, Func<Tensors> again, Exception exception) =>
        Of(model, inputs, Where(model, again), exception);

    /// <summary>The error of a pass that failed, without where: other threads may be using the model.</summary>
    public static FineTuneException Of(nn.Module model, IReadOnlyList<Tensor> inputs, Exception exception) =>
        Of(model, inputs, where: null, exception);

    /// <summary>libtorch's sentence, without the lines about where in its source it comes from.</summary>
    public static string FirstLine(Exception exception) => exception.Message.Split('\n', 2)[0].Trim().TrimEnd('.');

    /// <summary>A tensor's shape and type in words.</summary>
    public static string Described(Tensor tensor) => $"shape [{string.Join(", ", tensor.shape)}] and type {tensor.dtype}";

    /// <summary>Each of several in words.</summary>
    public static string Described(IEnumerable<Tensor> tensors) => string.Join(" and ", tensors.Select(Described));

    private static FineTuneException Of(nn.Module model, IReadOnlyList<Tensor> inputs, string? where, Exception exception) => new(
        $"{model.GetName()} cannot be computed of an input of {Described(inputs)}: "
            + $"{(where is null ? "" : $"{where}; ")}{FirstLine(exception)}. Compare the shape and the type "
            + "of a sample with what the model takes.",
        exception);

    private static string? Where(nn.Module model, Func<Tensors> again)
    {
        string? where = null;
        using var hooks = new CallHooks();
        foreach (var (name, module) in model.named_modules())
        {
            if (!module.named_children().Any())
            {
                hooks.Before(module, input => where = $"layer '{name}' ({module.GetType().Name}) got one of {Described(input)}");
                hooks.After(module, _ => where = null);
            }
        }

        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var buffers = TensorCopies.Of(model.named_buffers().Select(named => (named.name, named.buffer)));
        try
        {
            again();
            return null;
        }
        catch (Exception exception) when (Is(exception))
        {
            return where;
        }
        finally
        {
            buffers.Restore();
        }
    }
}
