namespace FineTune;

/// <summary>The ways of mixing the samples of a training batch, for <see cref="FitOptions.BatchTransform"/>.</summary>
/// <example><code>
/// compiled.Fit(train, new() { Epochs = 20, BatchTransform = BatchTransforms.OneOf(BatchTransforms.MixUp(), BatchTransforms.CutMix()) });
/// </code></example>
public static class BatchTransforms
{
    /// <summary>
    /// Each sample is averaged with another one of its batch: share · x + (1 - share) · partner, the share drawn for the batch from a
    /// beta distribution of (alpha, alpha). Zhang et al. 2018, <i>mixup: Beyond Empirical Risk Minimization</i>; torchvision's
    /// <c>MixUp</c>.
    /// </summary>
    /// <param name="alpha">
    /// The larger, the nearer to halves: 0.1 to 0.4 for pictures in the paper, 1 for any share being as likely.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite and above 0.</exception>
    public static BatchTransform MixUp(double alpha = 0.2) => new MixUp(alpha);

    /// <summary>
    /// A rectangle of each picture is that of another one of its batch, the same place in all of a batch; the share is that of the area
    /// which is left. Yun et al. 2019, <i>CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features</i>;
    /// torchvision's <c>CutMix</c>.
    /// </summary>
    /// <param name="alpha">Of the beta distribution that the rectangle's area is drawn from; 1 in the paper.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite and above 0.</exception>
    public static BatchTransform CutMix(double alpha = 1) => new CutMix(alpha);

    /// <summary>One of several, drawn for each batch, each as likely.</summary>
    /// <param name="transforms">At least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static BatchTransform OneOf(params BatchTransform[] transforms)
    {
        ArgumentNullException.ThrowIfNull(transforms);
        return transforms.Length > 0
            ? new OneOf([.. transforms])
            : throw new ArgumentException("BatchTransforms.OneOf needs at least one to choose from.", nameof(transforms));
    }
}
