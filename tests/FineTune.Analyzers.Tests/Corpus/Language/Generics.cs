using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Generic classes and methods, constraints, variance, static abstract members, default interface methods, new T().
Console.WriteLine(Make<Small>().Size + Trainer<Linear, optim.Optimizer>.Count + Sum<int>([1, 2]));
ISource<Module> source = new Fixed<Linear>(Linear(4, 2));
var optimizer = optim.Adam(source.Get().parameters());
source.Get().SetTrainable(false);
optimizer.step();

var box = new Box<Linear> { Value = Linear(4, 2) };
var boxed = optim.Adam(box.Value.parameters());
box.Value.SetTrainable(false);
if (box.Value.training)
    boxed.step(); // FT3001

var trainer = new Trainer<Linear, optim.Optimizer>(Linear(4, 2), net => optim.SGD(net.parameters(), 0.1));
trainer.Step(rand(3, 4), rand(3, 2)); // FT3001, FT3004

static T Make<T>() where T : IShape, new() => T.Create<T>() is { Size: > 0 } made ? made : new T();

static T Sum<T>(ReadOnlySpan<T> values) where T : System.Numerics.INumber<T>
{
    var sum = T.Zero;
    foreach (var value in values)
        sum += value;
    return sum;
}

internal sealed class Trainer<TModule, TOptimizer>(TModule net, Func<TModule, TOptimizer> build)
    where TModule : Module<Tensor, Tensor>
    where TOptimizer : optim.Optimizer
{
    public static int Count;

    private readonly TOptimizer optimizer = build(net);

    public void Step(Tensor x, Tensor y)
    {
        Count++;
        optimizer.zero_grad();
        var loss = functional.mse_loss(net.call(x), y);
        loss.backward();
        optimizer.step();
        foreach (var parameter in net.parameters())
            parameter.requires_grad = default;
        optimizer.step();
    }
}

internal interface ISource<out T>
{
    T Get();
}

internal sealed class Fixed<T>(T value) : ISource<T> where T : Module
{
    public T Get() => value;
}

internal sealed class Box<T> where T : class
{
    public required T Value { get; set; }
}

internal interface IShape
{
    int Size { get; }

    static virtual T Create<T>() where T : new() => new();
}

internal sealed class Small : IShape
{
    public int Size => 1;
}

internal static class Trainability
{
    public static Module SetTrainable(this Module module, bool trainable)
    {
        foreach (var parameter in module.parameters())
            parameter.requires_grad = trainable;
        return module;
    }
}
