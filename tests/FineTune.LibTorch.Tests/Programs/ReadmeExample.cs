using TorchSharp;
using static TorchSharp.torch.nn;

namespace FineTune.LibTorch.Tests.Programs;

/// <summary>The example in TorchSharp's README, unchanged but for the loss, which is handed out.</summary>
public class ReadmeExample
{
    [Test]
    public void The_example_of_TorchSharp_s_README_runs_and_learns()
    {
        torch.random.manual_seed(1);

        var lin1 = Linear(1000, 100);
        var lin2 = Linear(100, 10);
        var seq = Sequential(("lin1", lin1), ("relu1", ReLU()), ("drop1", Dropout(0.1)), ("lin2", lin2));

        using var x = torch.randn(64, 1000);
        using var y = torch.randn(64, 10);

        var optimizer = torch.optim.Adam(seq.parameters());
        var losses = new List<float>();

        for (int i = 0; i < 10; i++)
        {
            using var eval = seq.forward(x);
            using var output = functional.mse_loss(eval, y, Reduction.Sum);

            optimizer.zero_grad();

            output.backward();

            optimizer.step();
            losses.Add(output.ToSingle());
        }

        Assert.That(losses[^1], Is.LessThan(losses[0] / 2));
    }
}
