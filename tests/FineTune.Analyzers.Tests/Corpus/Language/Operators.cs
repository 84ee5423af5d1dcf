using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Own operators, conversions, indexers with ranges, checked arithmetic, compound assignment to everything.
var bag = new Bag(Linear(4, 2)) + Linear(2, 1);
Linear first = bag;
var optimizer = optim.SGD(first.parameters(), 0.1);
bag[0] ??= Linear(1, 1);
bag[^1] = bag[0]!;
bag.Total += checked((int)bag.Total++ + -bag.Total--);
bag.Total <<= 1;
bag.Total >>>= unchecked((int)uint.MaxValue) & 1;
if (bag && bag || bag & bag)
    Freeze(bag);
optimizer.step();

var total = zeros(1);
var net = Linear(4, 2);
for (var i = 0; i < 3; i++)
{
    var loss = net.call(rand(3, 4)).mean();
    loss.backward();
    total += loss; // FT3012
}

Console.WriteLine(total.item<float>());
var built = optim.SGD(net.parameters(), 0.1);
net.SetTrainable(-1 > 0 ^ false);
built.step(); // FT3001
var some = zeros(1);
Console.WriteLine((some == null) is null ? "none" : $"{bag == null} {net.weight! * 2 % 3}"); // FT3013

static void Freeze(Linear net) => net.SetTrainable(false);

internal sealed class Bag(params Linear[] layers)
{
    public int Total;

    public int Length => layers.Length;

    public Linear? this[int index]
    {
        get => layers[index];
        set => layers[index] = value!;
    }

    public static Bag operator +(Bag bag, Linear layer) => new([.. bag.Layers, layer]);

    public static Bag operator &(Bag left, Bag right) => left;

    public static Bag operator |(Bag left, Bag right) => right;

    public static bool operator true(Bag bag) => bag.Length > 0;

    public static bool operator false(Bag bag) => bag.Length == 0;

    public static bool operator !(Bag bag) => bag.Length == 0;

    public static implicit operator Linear(Bag bag) => bag.Layers[0];

    private Linear[] Layers => layers;
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
