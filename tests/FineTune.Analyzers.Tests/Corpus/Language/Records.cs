using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Records, their copies, deconstruction, required and init members, structs with optimizers in them.
var run = new Run(Linear(4, 2), new Rates(0.1, 0.01)) { Name = "first" };
var copy = run with { Name = "second", Rates = run.Rates with { Head = 0.2 } };
var (net, (head, backbone)) = copy;
var state = new State { Optimizer = optim.SGD(net.parameters(), head), Epoch = 1 };
state = state with { Epoch = state.Epoch + 1 };
net.SetTrainable(backbone > 0.5);
state.Optimizer.step();
Console.WriteLine($"{run} {copy == run} {state.GetHashCode()} {new Derived(net, new Rates(1, 2), 3)}");

var holder = new Holder(Linear(4, 2));
var trained = holder with { Frozen = true };
var optimizer = optim.SGD(holder.Net.parameters(), 0.1);
holder.Net.SetTrainable(false);
optimizer.step(); // FT3001
Console.WriteLine(trained);

internal record Run(Linear Net, Rates Rates)
{
    public required string Name { get; init; }

    public void Deconstruct(out Linear net, out Rates rates) => (net, rates) = (Net, Rates);
}

internal readonly record struct Rates(double Head, double Backbone);

internal record struct State
{
    public optim.Optimizer Optimizer { get; set; }

    public int Epoch { get; init; }
}

internal record Holder(Linear Net)
{
    public bool Frozen { get; init; }
}

internal sealed record Derived(Linear Net, Rates Rates, int Extra) : Base(optim.SGD(Net.parameters(), Rates.Head));

internal abstract record Base(optim.Optimizer Optimizer)
{
    protected virtual bool PrintMembers(System.Text.StringBuilder text) => text.Append(Optimizer.GetType().Name).Length > 0;
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
