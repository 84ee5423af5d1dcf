using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SuperResolution;

public class UpscalerOptions
{
    public int Factor { get; init; } = 2;

    public int Width { get; init; } = 16;

    public double LearningRate { get; init; } = 2e-3;

    public int Epochs { get; init; } = 6;

    public int BatchSize { get; init; } = 10;
}

public class ResidualBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly Conv2d conv2;
    private readonly PReLU activation;

    public ResidualBlock(int width)
        : base("block")
    {
        conv1 = Conv2d(width, width, 3, padding: 1);
        activation = PReLU(width);
        conv2 = Conv2d(width, width, 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => x + conv2.call(activation.call(conv1.call(x)));
}

public class Upscaler : Module<Tensor, Tensor>
{
    private readonly Conv2d input;
    private readonly Sequential body;
    private readonly Conv2d expand;
    private readonly PixelShuffle shuffle;
    private readonly Upsample plain;

    public Upscaler(UpscalerOptions options)
        : base("upscaler")
    {
        input = Conv2d(1, options.Width, 3, padding: 1);
        body = Sequential(Enumerable.Range(0, 3).Select(i => ($"block{i}", (Module<Tensor, Tensor>)new ResidualBlock(options.Width))));
        expand = Conv2d(options.Width, options.Factor * options.Factor, 3, padding: 1);
        shuffle = PixelShuffle(options.Factor);
        plain = Upsample(scale_factor: [options.Factor, options.Factor], mode: UpsampleMode.Nearest);
        RegisterComponents();
    }

    public override Tensor forward(Tensor small) => plain.call(small) + shuffle.call(expand.call(body.call(input.call(small))));
}

public static class TrainerFactory
{
    public static UpscaleTrainer Create(UpscalerOptions options)
    {
        var device = cuda.is_available() ? CUDA : CPU;
        var upscaler = new Upscaler(options).to(device);
        return new UpscaleTrainer(upscaler, options, device);
    }
}

public class UpscaleTrainer
{
    private readonly Upscaler upscaler;
    private readonly UpscalerOptions options;
    private readonly Device device;
    private readonly optim.Optimizer optimizer;
    private readonly optim.lr_scheduler.LRScheduler scheduler;

    public UpscaleTrainer(Upscaler upscaler, UpscalerOptions options, Device device)
    {
        this.upscaler = upscaler;
        this.options = options;
        this.device = device;
        optimizer = optim.Adam(upscaler.parameters(), options.LearningRate);
        scheduler = optim.lr_scheduler.StepLR(optimizer, step_size: 2, gamma: 0.5); // FT3017
    }

    public void Run(Tensor pictures, Tensor held)
    {
        Console.WriteLine($"Without training: {SignalToNoise(held):F2} dB");
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            upscaler.train();
            foreach (var batch in pictures[randperm(pictures.shape[0])].split(options.BatchSize))
                Step(batch);
            Console.WriteLine($"Epoch {epoch}: {SignalToNoise(held):F2} dB");
        }
    }

    private void Step(Tensor large)
    {
        using var scope = NewDisposeScope();
        var target = large.to(device);
        var loss = functional.l1_loss(upscaler.call(Shrink(target)), target);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
    }

    private double SignalToNoise(Tensor held)
    {
        upscaler.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var target = held.to(device);
        var error = functional.mse_loss(upscaler.call(Shrink(target)), target).item<float>();
        return -10 * Math.Log10(error);
    }

    private Tensor Shrink(Tensor large) => functional.avg_pool2d(large, options.Factor);
}

public static class Program
{
    public static void Main(string[] args)
    {
        manual_seed(81);
        var trainer = TrainerFactory.Create(new UpscalerOptions { Epochs = args.Length > 0 ? int.Parse(args[0]) : 4 });
        trainer.Run(Waves(200), Waves(20));
    }

    private static Tensor Waves(int count)
    {
        var axis = arange(24, dtype: ScalarType.Float32);
        var waves = new List<Tensor>();
        for (var i = 0; i < count; i++)
        {
            var direction = rand(2) * 0.8;
            var phase = axis.unsqueeze(0) * direction[0] + axis.unsqueeze(1) * direction[1];
            waves.Add((0.5 + 0.5 * phase.sin()).round().unsqueeze(0));
        }

        return stack(waves);
    }
}
