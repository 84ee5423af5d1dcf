using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LowRankAdapter;

/// <summary>A linear layer that stays as it is, and a correction of low rank.</summary>
public sealed class AdaptedLinear : Module<Tensor, Tensor>
{
    private readonly Linear inner;
    private readonly Parameter down;
    private readonly Parameter up;
    private readonly double scale;

    public AdaptedLinear(Linear inner, long rank, double alpha)
        : base("adapted")
    {
        this.inner = inner;
        scale = alpha / rank;
        down = Parameter(randn(rank, inner.weight!.shape[1]) * 0.02);
        up = Parameter(zeros(inner.weight!.shape[0], rank));
        RegisterComponents();
        foreach (var parameter in inner.parameters())
            parameter.requires_grad = false;
    }

    public override Tensor forward(Tensor x) => inner.call(x) + scale * functional.linear(functional.linear(x, down), up);

    /// <summary>Puts the correction into the weights.</summary>
    public Linear Merge()
    {
        using var guard = no_grad();
        inner.weight!.add_(up.matmul(down), alpha: scale);
        return inner;
    }
}

public sealed class Policy : Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public Policy(params Module<Tensor, Tensor>[] layers)
        : base("policy")
    {
        this.layers = Sequential(layers);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => layers.call(x);
}

public sealed record FitOptions(int Epochs, double Rate, double Decay = 0);

public static class Program
{
    private const int Inputs = 8;

    private static Tensor rule = null!;

    public static void Main()
    {
        manual_seed(83);
        rule = randn(Inputs, 3);
        var (first, second) = (Linear(Inputs, 64), Linear(64, 64));
        var head = Linear(64, 3);
        var basis = new Policy(first, ReLU(), second, ReLU(), head);
        Fit(basis, Cases(1500, shift: 0), new FitOptions(10, 3e-3, 1e-4));
        Console.WriteLine($"Before: {Right(basis, Cases(500, 0)):P1}, elsewhere {Right(basis, Cases(500, 1)):P1}");

        // From here on only the corrections and the last layer are trained.
        var (adapted1, adapted2) = (new AdaptedLinear(first, 4, 8), new AdaptedLinear(second, 4, 8));
        var adapted = new Policy(adapted1, ReLU(), adapted2, ReLU(), head);
        var trainable = adapted.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel());
        Console.WriteLine($"{trainable} of {adapted.parameters().Sum(parameter => parameter.numel())} numbers are trained.");
        Fit(adapted, Cases(200, shift: 1), new FitOptions(20, 5e-3));
        Console.WriteLine($"Adapted: {Right(adapted, Cases(500, 1)):P1}");

        var merged = new Policy(adapted1.Merge(), ReLU(), adapted2.Merge(), ReLU(), head);
        Console.WriteLine($"Merged: {Right(merged, Cases(500, 1)):P1}");
    }

    private static void Fit(Policy policy, (Tensor X, Tensor Y) cases, FitOptions options)
    {
        var parameters = policy.parameters().Where(parameter => parameter.requires_grad).ToList();
        var optimizer = optim.AdamW(parameters, options.Rate, weight_decay: options.Decay);
        var scheduler = optim.lr_scheduler.PolynomialLR(optimizer, total_iters: options.Epochs, power: 0.9);
        policy.train();
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            foreach (var indices in randperm(cases.Y.shape[0]).split(50))
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                var loss = functional.cross_entropy(policy.call(cases.X[indices]), cases.Y[indices]);
                loss.backward();
                optimizer.step();
            }

            scheduler.step();
        }
    }

    private static double Right(Policy policy, (Tensor X, Tensor Y) cases)
    {
        policy.eval();
        using var guard = inference_mode();
        using var right = policy.call(cases.X).argmax(1).eq(cases.Y).to(ScalarType.Float32).mean();
        return right.item<float>();
    }

    private static (Tensor X, Tensor Y) Cases(int count, double shift)
    {
        using var scope = NewDisposeScope();
        var x = randn(count, Inputs);
        var y = (x + shift).sin().matmul(rule).argmax(1);
        return scope.MoveToOuter(x, y);
    }
}
