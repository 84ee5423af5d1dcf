using TorchSharp;

using static TorchSharp.torch.nn;

namespace FineTune.LibTorch.Tests.NN;

public class ReadmeExampleTests
{
    // The body is the first example of TorchSharp's own README, but for the assertion.
    [Test]
    public void TorchSharp_s_own_first_example_learns()
    {
        var lin1 = Linear(1000, 100);
        var lin2 = Linear(100, 10);
        var seq = Sequential(("lin1", lin1), ("relu1", ReLU()), ("drop1", Dropout(0.1)), ("lin2", lin2));

        using var x = torch.randn(64, 1000);
        using var y = torch.randn(64, 10);

        var optimizer = torch.optim.Adam(seq.parameters());

        float first = 0, last = 0;
        for (int i = 0; i < 10; i++)
        {
            using var eval = seq.forward(x);
            using var output = functional.mse_loss(eval, y, Reduction.Sum);

            optimizer.zero_grad();

            output.backward();

            optimizer.step();
            first = i == 0 ? output.ToSingle() : first;
            last = output.ToSingle();
        }

        Assert.That(last, Is.LessThan(first / 2));
    }
}
