using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Partial classes: methods with and without a body, properties, an explicit interface, an indexer, a finalizer.
using var trainer = new Trainer();
trainer.Train(rand(3, 4), rand(3, 2));
((IFreezable)trainer).Freeze();
trainer[0] = trainer[^1];

internal interface IFreezable
{
    void Freeze() => Console.WriteLine("default");
}

internal sealed partial class Trainer : IFreezable, IDisposable
{
    private readonly Linear[] layers = [Linear(4, 2), Linear(4, 2)];

    ~Trainer() => optimizer.Dispose();

    public int Count => layers.Length;

    public Linear this[int index]
    {
        get => layers[index];
        set => layers[index] = value;
    }

    public partial Linear Net { get; }

    partial void OnStepped(double loss);

    private partial void Freeze(bool all);

    public void Dispose() => optimizer.Dispose();
}

internal sealed partial class Trainer
{
    private readonly optim.Optimizer optimizer;

    public Trainer() => optimizer = optim.Adam(Net.parameters());

    public partial Linear Net => layers[0];

    void IFreezable.Freeze() => Freeze(all: true);

    private partial void Freeze(bool all)
    {
        foreach (var layer in layers)
            layer.SetTrainable(!all);
    }

    public void Train(Tensor x, Tensor y)
    {
        using var loss = functional.mse_loss(Net.call(x), y);
        loss.backward();
        optimizer.step();
        OnStepped(loss.item<float>());
        Freeze(all: false);
        optimizer.step();

        var own = Linear(4, 2);
        var second = optim.Adam(own.parameters());
        own.SetTrainable(false);
        second.step(); // FT3001
    }
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
