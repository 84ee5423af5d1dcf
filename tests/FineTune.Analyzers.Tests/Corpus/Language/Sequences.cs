using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Arrays and collection expressions of modules and optimizers.
var generator = Linear(4, 4);
var critic = Linear(4, 1);
var steps = optim.Adam(generator.parameters());
Module[] both = [generator, critic];
foreach (var net in both)
    net.eval();
Console.WriteLine(critic.call(generator.call(rand(3, 4))).mean().item<float>());
if (both.Length > 2)
    steps.step(); // FT3014

foreach (var net in both)
    net.train();
steps.step();

foreach (var net in new Module[] { generator, critic })
    foreach (var parameter in net.parameters())
        parameter.requires_grad = false;
if (critic.training)
    steps.step(); // FT3001

both[0].train();
var again = optim.SGD(both[0].parameters(), 0.1);
foreach (var parameter in both[1].parameters())
    parameter.requires_grad = true;
again.step();
foreach (var parameter in both[0].parameters())
    parameter.requires_grad = true;
if (generator.training)
    again.step(); // FT3001

// It may be either of them.
var one = optim.SGD(generator.parameters(), 0.1);
foreach (var parameter in both[Random.Shared.Next(2)].parameters())
    parameter.requires_grad = false;
one.step();

var optimizers = new optim.Optimizer[] { optim.Adam(generator.parameters()), optim.Adam(critic.parameters()) };
for (var i = 0; i < 3; i++)
{
    foreach (var optimizer in optimizers)
        optimizer.zero_grad();
    critic.call(generator.call(rand(3, 4))).mean().backward();
    foreach (var optimizer in optimizers)
        optimizer.step();
}

both[0] = Linear(4, 4);
var replaced = optim.SGD(both[0].parameters(), 0.1);
foreach (var parameter in generator.parameters())
    parameter.requires_grad = true;
replaced.step();

List<Module> listed = [generator, critic];
listed.ForEach(net => net.eval());
listed.Add(Linear(1, 1));
listed.ForEach(net => net.train());
optim.SGD(generator.parameters(), 0.1).step();
