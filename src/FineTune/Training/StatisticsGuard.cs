using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Buffers that a training pass writes to, such as running statistics: what they were before a step, so that a step which makes one
/// of them NaN or infinite is undone like any other.
/// </summary>
internal sealed class StatisticsGuard : IDisposable
{
    private readonly string[] names;
    private readonly Tensor[] counts;
    private readonly TensorCopies copies;
    private readonly Tensor[] copied;

    private StatisticsGuard(List<(string Name, Tensor Buffer)> buffers)
    {
        var floating = buffers.FindAll(named => named.Buffer.is_floating_point());
        names = [.. floating.Select(named => named.Name)];
        Values = [.. floating.Select(named => named.Buffer)];
        counts = [.. buffers.Where(named => !named.Buffer.is_floating_point()).Select(named => named.Buffer)];
        copies = TensorCopies.Of([.. names.Zip(Values), .. counts.Select(count => ("", count))]);
        copied = [.. copies.Named.Select(named => named.Copy)];
    }

    /// <summary>The buffers that have to stay finite.</summary>
    public Tensor[] Values { get; }

    /// <summary>Guards the buffers of every module that is in training mode now; none that is not finite now, such as a mask.</summary>
    public static StatisticsGuard Of(nn.Module model) => new(
    [
        .. model.named_modules().Prepend(("", model)).Where(named => named.Item2.training).SelectMany(named =>
            named.Item2.named_buffers(false)
                .Where(own => NonFiniteSource.IsFinite(own.buffer))
                .Select(own => (named.Item1.Length == 0 ? own.name : $"{named.Item1}.{own.name}", own.buffer))),
    ]);

    /// <summary>Takes note of what they are now.</summary>
    public void Keep()
    {
        if (copied.Length > 0)
        {
            using var noGradients = no_grad();
            Operators.Copy(copied, [.. Values, .. counts]);
        }
    }

    /// <summary>Makes them what they were.</summary>
    public void Restore() => copies.Restore();

    /// <summary>The first one that is not finite.</summary>
    public string? FirstNonFinite()
    {
        var position = Array.FindIndex(Values, value => !NonFiniteSource.IsFinite(value));
        return position < 0 ? null : names[position];
    }

    public void Dispose() => copies.Dispose();
}
