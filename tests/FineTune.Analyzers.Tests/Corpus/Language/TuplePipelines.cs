using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Functions over tuples, as who comes from F# writes them: everything is a value, state is threaded through.
var net = Linear(4, 2);
object chain = net;
for (var i = 0; i < 20; i++)
    chain = (chain, (i, chain));
var ((model, optimizer), (x, y)) = ((net, optim.SGD(net.parameters(), 0.1)), (rand(3, 4), rand(3, 2)));
(model, var rest) = (model, (optimizer, 1));
(Linear first, Linear second) pair = (Linear(1, 1), net);
(pair.first, pair.second) = (pair.second, pair.first);
var final = Enumerable
    .Range(0, 3)
    .Aggregate((Model: model, Optimizer: (optim.Optimizer)optimizer, Loss: 0.0), (state, _) => Step(state.Model, state.Optimizer, (x, y)));
var (_, _, loss) = final;
var same = (model, 1) == (net, 1);
Console.WriteLine($"{loss} {same} {rest.Item2} {chain.GetType()}");

(var fresh, var trained) = (Linear(4, 2), 0);
var stale = (Built: optim.SGD(fresh.parameters(), 0.1), trained);
fresh.SetTrainable(false);
var (built, _) = stale;
built.step(); // FT3001
stale.Built.step();

static (Linear, optim.Optimizer, double) Step(Linear net, optim.Optimizer optimizer, (Tensor X, Tensor Y) batch) =>
    (net, optimizer, new Func<double>(() =>
    {
        optimizer.zero_grad();
        using var loss = functional.mse_loss(net.call(batch.X), batch.Y);
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    })());

internal static class Trainability
{
    public static Module SetTrainable(this Module module, bool trainable)
    {
        foreach (var parameter in module.parameters())
            parameter.requires_grad = trainable;
        return module;
    }
}
