using System.Diagnostics;

using TorchSharp;

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.LibTorch.Tests.Memory;

[NonParallelizable]
public class LeakTests
{
    private readonly int threads = get_num_threads();

    private const int Steps = 5000;
    private const int WarmUp = 1000;
    private const long Slack = 32 << 20;

    [Test, Category("Slow")]
    public void Thousands_of_steps_of_a_convolutional_net_leave_nothing_behind()
    {
        manual_seed(0);
        using var net = Sequential(
            ("conv", Conv2d(3, 8, 3, padding: 1)), ("norm", BatchNorm2d(8)), ("relu", ReLU()), ("pool", MaxPool2d(2)),
            ("drop", Dropout(0.1)), ("flatten", Flatten()), ("head", Linear(8 * 4 * 4, 4)));
        using Tensor input = randn(8, 3, 8, 8), target = randint(0, 4, [8L]);

        Hold(net, () => functional.cross_entropy(net.call(input), target));
    }

    [Test, Category("Slow")]
    public void Thousands_of_steps_of_a_transformer_leave_nothing_behind()
    {
        manual_seed(0);
        using var net = TransformerEncoder(TransformerEncoderLayer(16, 2, 32), 2);
        using Tensor input = randn(6, 4, 16), target = randn(6, 4, 16);

        Hold(net, () => functional.mse_loss(net.call(input, null!, null!), target));
    }

    [TearDown]
    public void RestoreThreads() => set_num_threads(this.threads);

    /// <summary>What was created before the first step, tensors of other tests that wait for their finalizers among it, does not count.</summary>
    private static void Hold(Module net, Func<Tensor> loss)
    {
        set_num_threads(1);    // the work is too small to share
        using optim.Optimizer optimizer = optim.Adam(net.parameters(), 1e-3);
        long tensors = 0, bytes = 0;
        for (int step = 0; step < Steps; step++)
        {
            if (step == WarmUp)
            {
                bytes = Resident();
                tensors = Tensor.TotalCount;
            }

            using DisposeScope scope = NewDisposeScope();
            optimizer.zero_grad();
            loss().backward();
            optimizer.step();
        }

        long after = Resident();
        Assert.That(Tensor.TotalCount, Is.EqualTo(tensors));
        Assert.That(after - bytes, Is.LessThan(Slack));
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
