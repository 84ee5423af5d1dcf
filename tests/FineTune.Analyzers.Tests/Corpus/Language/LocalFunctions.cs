using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Local functions: recursive, generic, static, iterators, called before they are declared, capturing one another.
var net = Linear(4, 2);
var optimizer = Build(net);
Walk(3);
foreach (var part in Parts(net))
    part.requires_grad = Deep(2) > 0;
optimizer.step();
Console.WriteLine(Twice<Linear>(Same, net).weight is null);

var other = Linear(4, 2);
var clean = Build(other);
clean.step();
Freeze();
clean.step(); // FT3001

static optim.Optimizer Build<T>(T module) where T : Module => optim.Adam(module.parameters());

void Walk(int depth)
{
    if (depth > 0)
        Again();
    void Again() => Walk(depth - 1);
}

int Deep(int depth)
{
    return depth == 0 ? Leaf() : Deep(depth - 1) + Leaf();
    int Leaf() => net.bias is null ? 0 : depth;
}

IEnumerable<Parameter> Parts(Module module)
{
    foreach (var parameter in module.parameters())
        yield return Checked(parameter);

    Parameter Checked(Parameter parameter) => parameter.IsInvalid ? throw new ArgumentException(nameof(module)) : parameter;
}

T Twice<T>(Func<T, T> next, T value) where T : class => next(next(value));

static T Same<T>(T value) => value;

void Freeze() => other.SetTrainable(false);

internal static class Trainability
{
    public static Module SetTrainable(this Module module, bool trainable)
    {
        foreach (var parameter in module.parameters())
            parameter.requires_grad = trainable;
        return module;
    }
}
