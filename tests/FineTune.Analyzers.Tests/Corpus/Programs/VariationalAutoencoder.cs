using System;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Vae;

internal sealed class Vae : Module<Tensor, (Tensor Reconstruction, Tensor Mean, Tensor LogVariance)>
{
    private readonly Linear fc1 = Linear(784, 400);
    private readonly Linear fc21 = Linear(400, 20);
    private readonly Linear fc22 = Linear(400, 20);
    private readonly Linear fc3 = Linear(20, 400);
    private readonly Linear fc4 = Linear(400, 784);

    public Vae()
        : base("vae") => RegisterComponents();

    public Tensor Decode(Tensor z) => sigmoid(fc4.call(F.relu(fc3.call(z))));

    public override (Tensor Reconstruction, Tensor Mean, Tensor LogVariance) forward(Tensor x)
    {
        var hidden = F.relu(fc1.call(x.view(-1, 784)));
        var mean = fc21.call(hidden);
        var logVariance = fc22.call(hidden);
        var z = training ? mean + randn_like(mean) * (0.5 * logVariance).exp() : mean;
        return (Decode(z), mean, logVariance);
    }
}

internal sealed class Annealing
{
    private readonly int steps;
    private int step;

    public Annealing(int steps) => this.steps = steps;

    public double Next() => Math.Min(1.0, (double)++step / steps);
}

internal static class Program
{
    private static void Main(string[] args)
    {
        manual_seed(1);
        var epochs = args.Length > 0 ? int.Parse(args[0]) : 10;
        var device = cuda.is_available() ? CUDA : CPU;
        var model = new Vae().to(device);
        var optimizer = optim.Adam(model.parameters(), 1e-3);
        var annealing = new Annealing(2000);
        var train = Images("train-images");
        var test = Images("test-images");

        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            model.train();
            var trainLoss = 0f;
            var batches = randperm(train.shape[0]).split(128);
            for (var i = 0; i < batches.Length; i++)
            {
                using var d = NewDisposeScope();
                var data = train.index_select(0, batches[i]).to(device);
                optimizer.zero_grad();
                var (reconstruction, mean, logVariance) = model.call(data);
                var (likelihood, divergence) = Loss(reconstruction, data, mean, logVariance);
                var loss = likelihood + annealing.Next() * divergence;
                loss.backward();
                trainLoss += loss.item<float>();
                optimizer.step();
                if (i % 100 == 0)
                    Console.WriteLine($"Train epoch {epoch} [{i}/{batches.Length}]: {loss.item<float>() / data.shape[0]:F4}");
            }

            Console.WriteLine($"====> Epoch {epoch}, average loss {trainLoss / train.shape[0]:F4}");
            Test(model, test, device);
            Sample(model, device, epoch);
        }
    }

    private static void Test(Vae model, Tensor images, Device device)
    {
        model.eval();
        var testLoss = 0.0;
        using (no_grad())
        {
            foreach (var data in images.split(128))
            {
                using var d = NewDisposeScope();
                var x = data.to(device);
                var (reconstruction, mean, logVariance) = model.call(x);
                var (likelihood, divergence) = Loss(reconstruction, x, mean, logVariance);
                testLoss += (likelihood + divergence).ToDouble();
            }
        }

        Console.WriteLine($"====> Test set loss {testLoss / images.shape[0]:F4}");
    }

    private static (Tensor Likelihood, Tensor Divergence) Loss(Tensor reconstruction, Tensor x, Tensor mean, Tensor logVariance)
    {
        var likelihood = F.binary_cross_entropy(reconstruction, x.view(-1, 784), reduction: Reduction.Sum);
        var divergence = -0.5 * (1 + logVariance - mean.pow(2) - logVariance.exp()).sum();
        return (likelihood, divergence);
    }

    private static void Sample(Vae model, Device device, int epoch)
    {
        using var _ = no_grad();
        var sample = model.Decode(randn(64, 20, device: device)).cpu().view(64, 1, 28, 28);
        sample.save($"sample_{epoch}.dat");
    }

    private static Tensor Images(string name) =>
        tensor(File.ReadAllBytes(name + ".bin").Select(value => value / 255f).ToArray()).reshape(-1, 1, 28, 28);
}
