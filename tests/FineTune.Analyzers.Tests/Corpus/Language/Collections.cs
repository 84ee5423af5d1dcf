using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Collection expressions with spreads, initializers with indexes, params collections, spans of modules, dictionaries.
var net = Linear(4, 2);
List<Linear> layers = [net, .. new[] { Linear(2, 1) }, .. Enumerable.Range(1, 2).Select(size => Linear(size, size))];
Span<Linear> span = [.. layers];
ReadOnlySpan<int> sizes = [1, 2, 3];
Dictionary<string, List<Linear>> named = new() { ["all"] = layers, ["one"] = [net] };
Linear[][] jagged = [[net], [], [.. layers]];
var grid = new Linear[2, 2] { { net, net }, { net, net } };
Parameter[] parameters = [.. net.parameters(), .. layers[1].parameters()];
var optimizer = optim.Adam(parameters);
span[0] = layers[^1];
jagged[0][0] = grid[1, 0];
foreach (ref var layer in span[..1])
    layer = Linear(sizes[^1], 1);
foreach (var parameter in All(net, layers[1]))
    parameter.requires_grad = named.Count == 0;
optimizer.step();

var other = Linear(4, 2);
var built = optim.Adam([.. other.parameters()]);
foreach (var part in (Linear[])[other])
    part.SetTrainable(false);
if (other.training)
    built.step(); // FT3001
var plain = Linear(4, 2);
var last = optim.Adam([.. plain.parameters()]);
plain.SetTrainable(false);
last.step(); // FT3001

static IEnumerable<Parameter> All(params IEnumerable<Module> modules) => modules.SelectMany(module => module.parameters());

internal static class Trainability
{
    public static Module SetTrainable(this Module module, bool trainable)
    {
        foreach (var parameter in module.parameters())
            parameter.requires_grad = trainable;
        return module;
    }
}
