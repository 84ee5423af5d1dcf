using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Copies of tensors by name, which can be put back where they came from.</summary>
internal sealed class TensorCopies : IDisposable
{
    private readonly List<(string Name, Tensor Tensor, Tensor Copy)> copies = [];

    private TensorCopies()
    {
    }

    public IEnumerable<(string Name, Tensor Copy)> Named => copies.Select(copy => (copy.Name, copy.Copy));

    public static TensorCopies Of(IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        using var noGradients = torch.no_grad();
        var result = new TensorCopies();
        foreach (var (name, tensor) in tensors)
        {
            result.copies.Add((name, tensor, tensor.detach().clone().DetachFromDisposeScope()));
        }

        return result;
    }

    /// <summary>Everything of a model that training can move: the parameters that train, and all buffers.</summary>
    public static TensorCopies OfWeights(torch.nn.Module model) => Of(
    [
        .. model.named_parameters().Where(named => named.parameter.requires_grad).Select(named => (named.name, (Tensor)named.parameter)),
        .. model.named_buffers().Select(named => (named.name, named.buffer)),
    ]);

    /// <summary>What <see cref="Named"/> gave, read back from elsewhere, for the same model.</summary>
    public static TensorCopies OfWeights(torch.nn.Module model, Func<string, Tensor> saved)
    {
        var result = OfWeights(model);
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        foreach (var (name, _, copy) in result.copies)
        {
            copy.copy_(saved(name));
        }

        return result;
    }

    /// <summary>Copies what the tensors are now, into the memory of the copies before.</summary>
    public void Refresh()
    {
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        foreach (var (_, tensor, copy) in copies)
        {
            copy.copy_(tensor);
        }
    }

    public void Restore()
    {
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        foreach (var (_, tensor, copy) in copies)
        {
            tensor.copy_(copy);
        }
    }

    public void Dispose() => copies.ForEach(copy => copy.Copy.Dispose());
}
