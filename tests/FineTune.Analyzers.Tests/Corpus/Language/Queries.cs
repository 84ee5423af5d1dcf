using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Query syntax with joins, groups and lets; anonymous types; nested lambdas; lookups over parameters.
var net = Sequential(("body", Linear(4, 4)), ("head", Linear(4, 2)));
var sizes =
    from named in net.named_parameters()
    let count = named.parameter.numel()
    where count > 1
    orderby count descending, named.name
    select new { named.name, count, named.parameter };
var groups =
    from size in sizes
    group size by size.name.Split('.')[0] into part
    join other in net.named_children() on part.Key equals other.name
    select (part.Key, Total: part.Sum(item => item.count), other.module);
foreach (var (key, total, module) in groups)
    Console.WriteLine($"{key} {total} {module.GetName()}");

var optimizer = optim.AdamW(net.parameters(), 1e-3);
net.parameters().ToList().ForEach(p => p.requires_grad = false);
optimizer.step(); // FT3001

var nested = Enumerable.Range(0, 3).SelectMany(i => Enumerable.Range(0, i).Select(j => new { i, j, Layer = Linear(i + 1, j + 1) }));
var byInput = nested.ToLookup(item => item.i, item => item.Layer);
var lazy = optim.SGD(net.parameters().Where(p => p.requires_grad), 0.1); // FT3002
var firsts = byInput.Select(same => same.FirstOrDefault()?.weight?.shape ?? []).Zip(sizes, (shape, size) => (shape, size.name)).ToArray();
Console.WriteLine($"{firsts.Length} {lazy is null}");
