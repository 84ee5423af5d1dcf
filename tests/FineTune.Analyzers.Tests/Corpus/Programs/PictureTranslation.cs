using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PictureTranslation;

/// <summary>From a drawing to a painting.</summary>
internal sealed class Translator : Module<Tensor, Tensor>
{
    private readonly Sequential down;
    private readonly Sequential up;

    public Translator(long width)
        : base("translator")
    {
        down = Sequential(
            Conv2d(1, width, 4, stride: 2, padding: 1), LeakyReLU(0.2),
            Conv2d(width, 2 * width, 4, stride: 2, padding: 1), BatchNorm2d(2 * width), LeakyReLU(0.2));
        up = Sequential(
            ConvTranspose2d(2 * width, width, 4, stride: 2, padding: 1), BatchNorm2d(width), ReLU(),
            ConvTranspose2d(width, 3, 4, stride: 2, padding: 1), Tanh());
        RegisterComponents();
    }

    public override Tensor forward(Tensor drawing) => up.call(down.call(drawing));
}

/// <summary>Says of each patch whether it is painted.</summary>
internal sealed class PatchJudge : Module<Tensor, Tensor, Tensor>
{
    private readonly Sequential layers;

    public PatchJudge(long width)
        : base("judge")
    {
        layers = Sequential(
            Conv2d(4, width, 4, stride: 2, padding: 1), LeakyReLU(0.2),
            Conv2d(width, 2 * width, 4, stride: 2, padding: 1), BatchNorm2d(2 * width), LeakyReLU(0.2),
            Conv2d(2 * width, 1, 3, padding: 1));
        RegisterComponents();
    }

    public override Tensor forward(Tensor drawing, Tensor painting) => layers.call(cat([drawing, painting], 1));
}

internal sealed class TranslationTrainer
{
    private const double Fidelity = 50;

    private readonly Device device;
    private readonly Translator translator;
    private readonly PatchJudge judge;
    private readonly optim.Optimizer translatorOptimizer;
    private readonly optim.Optimizer judgeOptimizer;
    private readonly BCEWithLogitsLoss criterion = BCEWithLogitsLoss();

    public TranslationTrainer(Device device)
    {
        this.device = device;
        translator = new Translator(16).to(device);
        judge = new PatchJudge(16).to(device);
        translatorOptimizer = optim.Adam(translator.parameters(), 1e-3, beta1: 0.5);
        judgeOptimizer = optim.Adam(judge.parameters(), 2e-4, beta1: 0.5);
    }

    public void Train(Tensor drawings, Tensor paintings, int epochs)
    {
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            translator.train();
            judge.train();
            var history = new List<(float Judge, float Translator)>();
            foreach (var indices in randperm(drawings.shape[0]).split(16))
            {
                using var scope = NewDisposeScope();
                var drawing = drawings[indices].to(device);
                var painting = paintings[indices].to(device);
                var painted = translator.call(drawing);
                var judged = TrainJudge(drawing, painting, painted.detach());
                history.Add((judged, TrainTranslator(drawing, painting, painted)));
            }

            var (judgeLoss, translatorLoss) = (history.Average(pair => pair.Judge), history.Average(pair => pair.Translator));
            Console.WriteLine($"{epoch}: judge {judgeLoss:F3}, translator {translatorLoss:F3}");
        }
    }

    public double Preview(Tensor drawings, Tensor paintings)
    {
        translator.eval();
        no_grad(); // FT3007
        using var scope = NewDisposeScope();
        var painted = translator.call(drawings.to(device)).cpu();
        return (painted - paintings).abs().mean().item<float>();
    }

    private float TrainJudge(Tensor drawing, Tensor painting, Tensor painted)
    {
        var real = judge.call(drawing, painting);
        var fake = judge.call(drawing, painted);
        var loss = 0.5 * (criterion.call(real, ones_like(real)) + criterion.call(fake, zeros_like(fake)));
        judgeOptimizer.zero_grad();
        loss.backward();
        judgeOptimizer.step();
        return loss.item<float>();
    }

    private float TrainTranslator(Tensor drawing, Tensor painting, Tensor painted)
    {
        var verdict = judge.call(drawing, painted);
        var loss = criterion.call(verdict, ones_like(verdict));
        loss += Fidelity * functional.l1_loss(painted, painting);
        translatorOptimizer.zero_grad();
        loss.backward();
        translatorOptimizer.step();
        return loss.item<float>();
    }
}

internal static class Program
{
    private static void Main()
    {
        manual_seed(66);
        var device = cuda.is_available() ? CUDA : CPU;
        var (drawings, paintings) = Blobs(160);
        var trainer = new TranslationTrainer(device);
        trainer.Train(drawings, paintings, epochs: 4);
        var (newDrawings, newPaintings) = Blobs(32);
        Console.WriteLine($"Differs by {trainer.Preview(newDrawings, newPaintings):F4}");
    }

    /// <summary>Outlines of discs, and the discs in a colour of their size.</summary>
    private static (Tensor Drawings, Tensor Paintings) Blobs(int count)
    {
        using var scope = NewDisposeScope();
        var axis = linspace(-1, 1, 16);
        var distance = (axis.unsqueeze(0).pow(2) + axis.unsqueeze(1).pow(2)).sqrt().unsqueeze(0);
        var radius = 0.3 + 0.6 * rand(count, 1, 1);
        var outline = (distance - radius).abs().lt(0.12).to(ScalarType.Float32);
        var inside = distance.lt(radius).to(ScalarType.Float32);
        var painting = stack([inside * radius, inside * (1 - radius), inside * 0.5], 1) * 2 - 1;
        return scope.MoveToOuter(outline.unsqueeze(1), painting);
    }
}
