using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

/// <summary>Tells from a model's output and its targets which loss is meant.</summary>
internal static class DefaultLoss
{
    private const int LookedAt = 32;

    public static (Loss Loss, IReadOnlyList<Metric> Metrics) Of(Module<Tensor, Tensor> model, IDataset data)
    {
        if (data.Count == 0)
        {
            throw new FineTuneException("The training set has no samples; expected at least one.");
        }

        using var scope = torch.NewDisposeScope();
        using var mode = new InferenceMode(model);
        var device = ModelDevice.Of(model);
        var first = data.Read(0, new Random(0));
        var outputs = model.call(device.Move(first.Input.unsqueeze(0))).numel();
        var wanted = first.Target.numel();
        var floating = first.Target.dtype is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

        if (outputs == 1 && wanted == 1)
        {
            return IsYesOrNo(data)
                ? (Losses.BinaryCrossEntropyWithLogits(), [Metrics.BinaryAccuracy()])
                : (Losses.MeanSquaredError(), []);
        }

        if (outputs > 1 && wanted == 1 && !floating)
        {
            return (Losses.CategoricalCrossEntropy(), [Metrics.CategoricalAccuracy()]);
        }

        throw new FineTuneException(
            $"The loss cannot be told from {outputs} outputs and {wanted} {(floating ? "floating-point" : "integer")} "
            + "targets for a sample; state it in FineTuneOptions.Loss.");
    }

    private static bool IsYesOrNo(IDataset data)
    {
        for (var index = 0; index < Math.Min(data.Count, LookedAt); index++)
        {
            using var scope = torch.NewDisposeScope();
            if (data.Read(index, new Random(0)).Target.to_type(ScalarType.Float64).reshape(1).ToDouble() is not (0 or 1))
            {
                return false;
            }
        }

        return true;
    }
}
