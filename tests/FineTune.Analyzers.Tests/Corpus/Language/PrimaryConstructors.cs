using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Primary constructors whose parameters are captured, passed to the base, used in initializers, and shadowed.
var net = Linear(4, 2);
new Derived(net, optim.SGD(net.parameters(), 0.1), optim.SGD(net.parameters(), 0.1).step()).Run();
new Pair(net, net).Swap();

internal abstract class Base(optim.Optimizer optimizer, Tensor result)
{
    protected readonly optim.Optimizer Optimizer = optimizer;

    public Tensor Result { get; } = optimizer.step() is { } stepped && stepped.IsInvalid ? stepped : result;
}

internal sealed class Derived(Linear net, optim.Optimizer optimizer, Tensor result, int epochs = 3) : Base(optimizer, optimizer.step())
{
    private readonly Func<Tensor> closure = () => net.call(rand(3, 4)).mean();

    public int Left { get; private set; } = epochs;

    public void Run()
    {
        var own = optim.SGD(net.parameters(), 0.1);
        for (; Left > 0; Left--, epochs--)
            closure().backward();
        net.SetTrainable(false);
        own.step(); // FT3001
        optimizer.step();
        net = Linear(4, 2);
        Optimizer.step();
        Console.WriteLine(result is null);
    }
}

internal struct Pair(Linear first, Linear second)
{
    public void Swap()
    {
        (first, second) = (second, first);
        this = new Pair(second, first) with { };
        var optimizer = optim.SGD(first.parameters(), 0.1);
        first.SetTrainable(false);
        optimizer.step(); // FT3001
    }
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
