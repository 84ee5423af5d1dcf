namespace FineTune.Data;

/// <summary>A dataset that knows its targets without reading its samples, so that all of them can be checked before the first
/// step.</summary>
internal interface IKnownTargets
{
    /// <summary>The targets; null where they would have to be read. Those of damaged samples are left out.</summary>
    KnownTargets? Targets();
}

/// <summary>Targets of several samples.</summary>
/// <param name="Values">Each of shape [samples, …]; the caller disposes of them.</param>
/// <param name="Indices">Which samples of the dataset these are; null for all of them, in order.</param>
internal sealed record KnownTargets(Tensors Values, IReadOnlyList<int>? Indices = null);
