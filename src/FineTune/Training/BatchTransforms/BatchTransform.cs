using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Mixes the samples of a training batch with each other, as those of <see cref="BatchTransforms"/> do; for
/// <see cref="FitOptions.BatchTransform"/>.
/// </summary>
/// <remarks>
/// What is random follows from seed, epoch and the number of the batch, so that a resumed run mixes as one that nothing disturbed. Targets
/// are not mixed, losses are: share · loss(own target) + (1 - share) · loss(partner's target). For a cross-entropy that is its value for
/// the mixed probabilities, and it is right with class weights, label smoothing, ignored samples, sample weights and any other loss.
/// Metrics of training look at the target of the larger share; validation is never mixed.
/// </remarks>
public abstract class BatchTransform
{
    private protected BatchTransform()
    {
    }

    /// <summary>Mixes a batch; it is not written to.</summary>
    internal Mixture Apply(ModelBatch batch, Random random)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        long[] partners = [.. Enumerable.Range(0, batch.Count)];
        random.Shuffle(partners);
        var (inputs, share) = Mix(batch.Inputs!, tensor(partners), random);
        return new(
            new(batch.Indices, inputs.Select(input => input.MoveToOuterDisposeScope()), null, batch.Targets), partners, share);
    }

    /// <summary>Mixes inputs with those of their partners.</summary>
    /// <param name="inputs">Each of shape [N, …].</param>
    /// <param name="partners">The row of each one's partner, [N].</param>
    /// <param name="random">All that is random comes from here.</param>
    /// <returns>The inputs, and the share that each has of itself.</returns>
    internal abstract (Tensors Inputs, double Share) Mix(Tensors inputs, Tensor partners, Random random);

    /// <summary>Name and options: what a resume compares.</summary>
    public abstract override string ToString();

    private protected void ThrowUnlessPositive(double alpha)
    {
        if (!(alpha > 0 && double.IsFinite(alpha)))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The parameter of a beta distribution is finite and above 0.");
        }
    }

    // Bytes are numbers, of which the model makes floating ones anyway; other whole numbers are names, as those of words.
    private protected Tensor Floating(Tensor input) =>
        input.is_floating_point() ? input
        : input.dtype == ScalarType.Byte ? input.to_type(ScalarType.Float32)
        : throw new FineTuneException(
            $"{this} mixes pictures and other numbers, but an input is {input.dtype} [{string.Join(", ", input.shape)}]: whole numbers, "
                + "such as those of words, have nothing in between. Leave BatchTransform out.");
}
