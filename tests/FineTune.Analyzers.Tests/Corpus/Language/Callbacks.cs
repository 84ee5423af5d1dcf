using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Functions that the base library runs where they stand, later, or on another thread.
var net = Sequential(("in", Linear(4, 4)), ("drop", Dropout()), ("out", Linear(4, 1)));
var batches = new List<Tensor> { rand(3, 4), rand(3, 4) };

var looped = optim.Adam(net.parameters());
batches.ForEach(batch =>
{
    net.call(batch).mean().backward();
    looped.step(); // FT3009
});

var cleared = optim.Adam(net.parameters());
batches.ForEach(batch =>
{
    cleared.zero_grad();
    net.call(batch).mean().backward();
    cleared.step();
});

var measured = optim.Adam(net.parameters());
for (var epoch = 0; epoch < 3; epoch++)
{
    foreach (var batch in batches)
    {
        measured.zero_grad();
        net.call(batch).mean().backward();
        measured.step(); // FT3014
    }

    net.eval();
    using (no_grad())
        Console.WriteLine(batches.Select(batch => net.call(batch).mean().item<float>()).Average());
}

net.train();
var restored = optim.Adam(net.parameters());
net.eval();
Console.WriteLine(batches.Sum(batch => Score(batch)));
batches.ForEach(_ => net.train());
net.train();
restored.step();

var frozen = optim.Adam(net.parameters());
await Task.Run(() => Freeze(net));
if (batches.Count > 1)
    frozen.step(); // FT3001

var waited = optim.SGD(net.parameters(), 0.1);
Task.Run(() => Thaw(net)).Wait();
if (batches.Count > 2)
    waited.step(); // FT3001

var loss = Task.Run(() => Train(optim.SGD(net.parameters(), 0.1))).GetAwaiter().GetResult();
Console.WriteLine(loss);

// Nobody knows when this runs, so that nothing is known of the network from here on.
var background = optim.SGD(net.parameters(), 0.1);
var task = Task.Run(() => Freeze(net));
background.step();
await task;

var later = batches.Select(batch => { Freeze(net); return batch; });
var deferred = optim.SGD(net.parameters(), 0.1);
deferred.step();
Console.WriteLine(later.Count());

var each = optim.SGD(net.parameters(), 0.1);
Parallel.ForEach(batches, batch => Console.WriteLine(Score(batch)));
each.step();

float Score(Tensor batch)
{
    using var _ = no_grad();
    return net.call(batch).mean().item<float>();
}

static void Freeze(Module module)
{
    foreach (var parameter in module.parameters())
        parameter.requires_grad = false;
}

static void Thaw(Module module)
{
    foreach (var parameter in module.parameters())
        parameter.requires_grad = true;
}

static double Train(optim.Optimizer optimizer)
{
    optimizer.step();
    return 0;
}
