namespace FineTune.Generators.Model;

/// <summary>What a registered member holds.</summary>
internal enum ComponentKind
{
    /// <summary>A <c>torch.nn.Module</c>.</summary>
    Module,

    /// <summary>A <c>Parameter</c>.</summary>
    Parameter,

    /// <summary>A plain <c>Tensor</c>, which TorchSharp registers as a persistent buffer.</summary>
    Buffer,
}
