using System;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Wgan;

internal sealed class Generator : Module<Tensor, Tensor>
{
    private readonly Sequential net;

    public Generator(long latent, long width)
        : base("generator")
    {
        net = Sequential(
            Linear(latent, width), LeakyReLU(0.2),
            Linear(width, width), BatchNorm1d(width), LeakyReLU(0.2),
            Linear(width, 784), Tanh());
        RegisterComponents();
    }

    public override Tensor forward(Tensor z) => net.call(z);
}

internal sealed class Critic : Module<Tensor, Tensor>
{
    private readonly Sequential net;

    public Critic(long width)
        : base("critic")
    {
        net = Sequential(
            Linear(784, width), LeakyReLU(0.2),
            Linear(width, width), LeakyReLU(0.2),
            Linear(width, 1));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => net.call(x);
}

internal sealed class Options
{
    public int Epochs { get; init; } = 50;

    public int CriticSteps { get; init; } = 5;

    public double Clip { get; init; } = 0.01;

    public long Latent { get; init; } = 64;
}

internal sealed class Training
{
    private readonly Options options;
    private readonly Generator generator;
    private readonly Critic critic;
    private readonly optim.Optimizer generatorOptimizer;
    private readonly optim.Optimizer criticOptimizer;

    public Training(Options options)
    {
        this.options = options;
        generator = new Generator(options.Latent, 256);
        critic = new Critic(256);
        generatorOptimizer = optim.RMSProp(generator.parameters(), 5e-5);
        criticOptimizer = optim.RMSProp(critic.parameters(), 5e-5);
    }

    public void Run(Tensor images)
    {
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            double distance = 0;
            var steps = 0;
            foreach (var indices in randperm(images.shape[0]).split(64))
            {
                using var scope = NewDisposeScope();
                var real = images.index_select(0, indices);
                distance += CriticStep(real);
                if (++steps % options.CriticSteps == 0)
                    GeneratorStep(real.shape[0]);
            }

            Console.WriteLine($"Epoch {epoch}: estimated distance {distance / steps:F4}");
            Save(epoch);
        }
    }

    private double CriticStep(Tensor real)
    {
        SetTrainable(critic, true);
        criticOptimizer.zero_grad();
        var fake = generator.call(randn(real.shape[0], options.Latent)).detach();
        var loss = critic.call(fake).mean() - critic.call(real).mean();
        loss.backward();
        criticOptimizer.step();

        // The Lipschitz constraint, as the paper enforces it.
        using (no_grad())
        {
            foreach (var parameter in critic.parameters())
                parameter.clamp_(-options.Clip, options.Clip);
        }

        return -loss.ToDouble();
    }

    private void GeneratorStep(long size)
    {
        // The critic only passes the gradient through.
        SetTrainable(critic, false);
        generatorOptimizer.zero_grad();
        var loss = -critic.call(generator.call(randn(size, options.Latent))).mean();
        loss.backward();
        generatorOptimizer.step();
    }

    private void Save(int epoch)
    {
        generator.eval();
        using (no_grad())
            generator.call(randn(16, options.Latent)).view(16, 28, 28).save($"wgan-{epoch}.dat");
        generator.train();
    }

    private static void SetTrainable(Module module, bool trainable)
    {
        foreach (var parameter in module.parameters())
            parameter.requires_grad = trainable;
    }
}

internal static class Program
{
    private static void Main(string[] args)
    {
        var pixels = File.ReadAllBytes(args.FirstOrDefault() ?? "fashion.bin").Select(value => value / 127.5f - 1).ToArray();
        new Training(new Options()).Run(tensor(pixels).reshape(-1, 784));
    }
}
