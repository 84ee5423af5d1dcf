using static TorchSharp.torch;

namespace FineTune;

/// <summary>The wanted class of each sample, from indices [N], [N, 1] or from probabilities [N, classes].</summary>
internal static class ClassIndices
{
    public static Tensor Of(Tensor target, Tensor output)
    {
        var samples = output.size(0);
        if (target.numel() == samples)
        {
            var flat = target.dim() == 1 ? target : target.reshape(samples);
            return flat.dtype == ScalarType.Int64 ? flat : flat.to_type(ScalarType.Int64);
        }

        if (target.shape.SequenceEqual(output.shape))
        {
            return target.argmax(1);
        }

        throw new FineTuneException(
            $"A metric got an output of shape [{string.Join(", ", output.shape)}] and a target of shape "
            + $"[{string.Join(", ", target.shape)}]; expected class indices [{samples}] or probabilities of the output's shape.");
    }
}
