using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Switch expressions and statements with every kind of pattern, in conditions that freeze.
object[] things = [Linear(4, 2), "adam", 0.1, (1, "x"), new[] { 1, 2, 3 }, DateTime.Now];
var net = Linear(4, 2);
var optimizer = optim.SGD(net.parameters(), 0.1);
foreach (var thing in things)
{
    var text = thing switch
    {
        Linear { weight.shape: [_, 4], bias: not null } layer when layer.training => layer.GetName(),
        TorchSharp.Modules.Linear or TorchSharp.Modules.Conv2d => "layer",
        string { Length: > 0 and < 10 } name and not "sgd" => name,
        double and (< 0 or >= 1) => "rate",
        (int number, string { Length: var length }) => $"{number}{length}",
        int[] and [1, .. var middle, 3] => $"{middle.Length}",
        DateTime { Year: >= 2000 } => "date",
        null => throw new ArgumentNullException(nameof(thing)),
        var other => other.ToString(),
    };
    switch (thing)
    {
        case Linear layer when text is "layer":
            layer.SetTrainable(false);
            goto case "adam";
        case "adam":
            break;
        case Module { training: true } and ({ } or null):
            goto default;
        default:
            Console.WriteLine(text);
            break;
    }
}

if (things[0] is not Linear found)
    return;
if (found is { weight: { } weight, training: var training } && (training, weight.requires_grad) is (true, false))
    net.SetTrainable(false);
optimizer.step(); // FT3001
var second = optim.SGD(found.parameters(), 0.1);
var frozen = found switch { { training: true } same => Freeze(same), { } same => Freeze(same) };
second.step(); // FT3001
Console.WriteLine(frozen is [1, ..]);

static int[] Freeze(Linear net)
{
    net.SetTrainable(false);
    return [1];
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
