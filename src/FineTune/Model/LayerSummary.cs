using System.Globalization;

namespace FineTune;

/// <summary>A line of a <see cref="ModelSummary"/>.</summary>
/// <param name="Name">Its path in the model, as in <c>backbone.layer4.1.conv2</c>.</param>
/// <param name="Kind">The name of its type, as in <c>Conv2d</c>.</param>
/// <param name="Role">The role of the member that it is below; null in a model without roles.</param>
/// <param name="Output">
/// The shape of what it gave at its first run, the batch first; null where no batch went through, where it did not run by <c>call</c>, or
/// gives something else than a tensor.
/// </param>
/// <param name="Parameters">How many numbers its own parameters hold, without those of modules below it.</param>
/// <param name="Trainable">How many of these train.</param>
public sealed record LayerSummary(
    string Name,
    string Kind,
    MemberRole? Role,
    IReadOnlyList<long>? Output,
    long Parameters,
    long Trainable)
{
    internal string[] Cells() =>
    [
        Name,
        Kind,
        Output is null ? "" : string.Join('×', Output),
        Parameters == 0 ? "" : Parameters.ToString("N0", CultureInfo.InvariantCulture),
        Parameters == 0 ? ""
            : Trainable == 0 ? "no"
            : Trainable == Parameters ? "yes"
            : string.Create(CultureInfo.InvariantCulture, $"{Trainable:N0} of them"),
    ];
}
