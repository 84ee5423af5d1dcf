using TorchSharp;

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.LibTorch.Tests.NN;

[NonParallelizable]
public class TrainingLeakTests
{
    private static readonly Dictionary<string, Func<(Module<Tensor, Tensor> Model, long[] Input)>> Models = new()
    {
        ["a convolutional net"] = () => (
            Sequential(
                Conv2d(3, 8, 3, padding: 1), BatchNorm2d(8), ReLU(true), MaxPool2d(2), Dropout2d(), Conv2d(8, 8, 3, Padding.Same, 1, 1, PaddingModes.Reflect),
                InstanceNorm2d(8), GELU(), AdaptiveAvgPool2d(1), Flatten(), Linear(8, 3)),
            [4, 3, 16, 16]),
        ["a transformer"] = () => (Sequential(TransformerEncoderLayer(16, 2, 32), LayerNorm(16), TransformerEncoderLayer(16, 4, 32), Linear(16, 3)), [5, 4, 16]),
    };

    private static IEnumerable<string> Names => Models.Keys;

    [TestCaseSource(nameof(Names))]
    public void Steps_leave_no_tensor_behind(string name) => Train(name, 100);

    [TestCaseSource(nameof(Names)), Category("Slow")]
    public void Five_thousand_steps_leave_no_tensor_behind_and_memory_flat(string name)
    {
        Train(name, 500);
        long before = NativeMemory();

        Train(name, 5000);

        Assert.That(NativeMemory() - before, Is.LessThan(32 << 20));
    }

    // Resident memory without the managed heap, which grows to the collector's budget before it is collected at all.
    private static long NativeMemory()
    {
        GC.Collect();
        return Environment.WorkingSet - GC.GetGCMemoryInfo().TotalCommittedBytes;
    }

    // Everything is disposed by hand or by its scope: the count must hold without any help of the garbage collector
    // (which may still take what other tests have left).
    private static void Train(string name, int steps)
    {
        manual_seed(0);
        var (model, shape) = Models[name]();
        using (model)
        {
            using var optimizer = optim.AdamW(model.parameters(), 1e-3, weight_decay: 0.01);
            Step(model, optimizer, shape);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            long before = Tensor.TotalCount;

            for (int step = 0; step < steps; step++)
                Step(model, optimizer, shape);

            Assert.That(Tensor.TotalCount, Is.LessThanOrEqualTo(before));
        }
    }

    private static void Step(Module<Tensor, Tensor> model, optim.Optimizer optimizer, long[] shape)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var output = model.call(randn(shape));
        var loss = functional.cross_entropy(output.view(-1, 3), randint(3, output.numel() / 3));
        loss.backward();
        utils.clip_grad_norm_(model.parameters(), 1);
        optimizer.step();
    }
}
