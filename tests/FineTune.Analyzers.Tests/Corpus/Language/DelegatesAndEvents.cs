using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Delegates that are added up, events with and without accessors, anonymous methods, delegates with ref and params.
var trainer = new Trainer(Linear(4, 2));
trainer.Stepped += (sender, loss) => Console.WriteLine($"{sender} {loss}");
trainer.Stepped += Log;
trainer.Stepped -= Log;
trainer.Before += delegate { Console.WriteLine("before"); };
trainer.Train(new[] { (rand(3, 4), rand(3, 2)) });

static void Log(object? sender, double loss) => Console.WriteLine(loss);

internal delegate void Change(ref Linear net, params double[] rates);

internal sealed class Trainer(Linear net)
{
    private EventHandler<double>? stepped;
    private Action? callbacks;

    public event EventHandler<double>? Stepped
    {
        add => stepped += value;
        remove => stepped -= value;
    }

    public event Action? Before;

    public void Train(IEnumerable<(Tensor, Tensor)> batches)
    {
        var optimizer = optim.SGD(net.parameters(), 0.1);
        callbacks += Freeze;
        callbacks += () => optimizer.zero_grad();
        callbacks = callbacks + Freeze - Freeze;
        Change replace = static (ref Linear layer, double[] rates) => layer = Linear(4, rates.Length);
        Change keep = delegate { };
        foreach (var (x, y) in batches) // FT3020
        {
            Before?.Invoke();
            var loss = functional.mse_loss(net.call(x), y);
            loss.backward();
            optimizer.step();
            stepped?.Invoke(this, loss.item<float>());
            callbacks?.Invoke();
        }

        var other = Linear(4, 2);
        keep(ref other, 0.1);
        replace(ref other, 0.1, 0.2);
        Before = null;
        var plain = Linear(4, 2);
        var last = optim.SGD(plain.parameters(), 0.1);
        plain.SetTrainable(false);
        last.step(); // FT3001
    }

    private void Freeze() => net.SetTrainable(false);
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
