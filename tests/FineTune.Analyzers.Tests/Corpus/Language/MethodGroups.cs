using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Methods of the source handed on by name: to LINQ, to a field, through another delegate, as extensions.
var net = Linear(4, 2);
var data = Enumerable.Range(0, 8).Select(_ => rand(3, 4)).ToList();
var scores = data.Select(Score).ToList();
var best = data.MaxBy(Programs.Mean);
Func<Tensor, double> score = Programs.Mean;
Func<Tensor, double> again = score.Invoke;
Func<Tensor, double> wrapped = new(again);
Func<bool, Module> freeze = net.SetTrainable;
var table = new Dictionary<string, Func<Tensor, double>> { ["mean"] = Programs.Mean, ["score"] = Score, ["again"] = wrapped };
var optimizer = optim.Adam(net.parameters());
foreach (var (name, measure) in table)
    Console.WriteLine($"{name} {measure(data[0])} {best is null}");

freeze(false);
optimizer.step();

var plain = Linear(4, 2);
var second = optim.Adam(plain.parameters());
Run(Freeze);
second.step(); // FT3001

double Score(Tensor x) => net.call(x).mean().item<float>() + data.Count;
void Freeze() => plain.SetTrainable(false);
static void Run(Action action) => action();

internal static class Programs
{
    public static readonly Func<Tensor, double> Default = Mean;

    public static double Mean(Tensor x) => x.mean().item<float>();

    public static double Total(IEnumerable<Tensor> all) => all.Select(Mean).Aggregate(Add) + all.Sum(new Func<Tensor, double>(Default));

    private static double Add(double a, double b) => a + b;
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
