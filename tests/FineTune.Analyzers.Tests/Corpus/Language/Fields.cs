using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// What a constructor leaves in fields and properties, and what methods of the class make of it.
new BuiltInConstructor().Warm(rand(3, 4));
new Injected(new Net()).Warm();
new Primary(new Net()).Warm();
new Initialized().Warm();
new Chained().Warm();
new Derived(new Net()).Warm();
new Rebuilt().Warm();
new Unordered().Train(); // FT3005
new Assembled { Model = new Net() }.Warm();
new Held().Warm();
new Looped(new Net()).Train([rand(3, 4)]);
new Cleared(new Net()).Train([rand(3, 4)]);
var given = new Net();
new ByHand(given, optim.Adam(given.parameters())).Train([rand(3, 4)]);
new Measured().Train([rand(3, 4)]);
new FrozenNorm().Train();
new FrozenNormRestored().Train();
new MovedLate(CPU).Step();
Statics.Warm();

internal sealed class Net : Module<Tensor, Tensor>
{
    public readonly Sequential backbone = Sequential(("in", Linear(4, 4)), ("norm", BatchNorm1d(4)));
    public readonly Linear head = Linear(4, 1);

    public Net()
        : base("net") => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    public void SetTrainable(bool trainable)
    {
        foreach (var parameter in backbone.parameters())
            parameter.requires_grad = trainable;
    }
}

internal sealed class BuiltInConstructor
{
    private readonly Net net;
    private readonly optim.Optimizer optimizer;

    public BuiltInConstructor()
    {
        net = new Net();
        optimizer = optim.Adam(net.parameters());
    }

    public void Warm(Tensor x)
    {
        net.SetTrainable(false);
        optimizer.zero_grad();
        net.call(x).sum().backward();
        optimizer.step(); // FT3001
    }
}

internal sealed class Injected
{
    private readonly Net net;
    private optim.Optimizer optimizer;

    public Injected(Net net)
    {
        this.net = net;
        optimizer = optim.SGD(net.parameters(), 0.1);
    }

    public void Warm()
    {
        Freeze();
        Step(); // FT3001
    }

    private void Freeze() => net.SetTrainable(false);

    private void Step() => optimizer.step();
}

internal sealed class Primary(Net net)
{
    private readonly optim.Optimizer optimizer = optim.SGD(net.parameters(), 0.1);

    public void Warm()
    {
        net.SetTrainable(false);
        optimizer.step(); // FT3001
    }
}

internal sealed class Initialized
{
    private readonly Net net = new();

    public Initialized() => Optimizer = optim.Adam(net.parameters());

    private optim.Optimizer Optimizer { get; }

    public void Warm()
    {
        net.SetTrainable(false);
        Optimizer.step(); // FT3001
    }
}

internal sealed class Chained
{
    private readonly Net net;
    private readonly optim.Optimizer optimizer;

    public Chained()
        : this(new Net())
    {
    }

    private Chained(Net net)
    {
        this.net = net;
        optimizer = Make(net);
    }

    public void Warm()
    {
        net.SetTrainable(false);
        optimizer.step(); // FT3001
    }

    private static optim.Optimizer Make(Net net) => optim.Adam(net.parameters());
}

internal abstract class Base
{
    protected readonly Net net;
    protected readonly optim.Optimizer optimizer;

    protected Base(Net net)
    {
        this.net = net;
        optimizer = optim.Adam(net.parameters());
    }
}

internal sealed class Derived : Base
{
    public Derived(Net net)
        : base(net)
    {
    }

    public void Warm()
    {
        net.SetTrainable(false);
        optimizer.step(); // FT3001
    }
}

internal sealed class Rebuilt
{
    private readonly Net net = new();
    private optim.Optimizer optimizer;

    public Rebuilt() => optimizer = optim.Adam(net.parameters());

    public void Warm()
    {
        net.SetTrainable(false);
        Rebuild();
        optimizer.step();
    }

    public void Later()
    {
        net.SetTrainable(false);
        optimizer.step();
    }

    private void Rebuild() => optimizer = optim.Adam(net.parameters());
}

internal sealed class Unordered
{
    private readonly Net net = new();
    private readonly optim.Optimizer optimizer;

    public Unordered()
    {
        net.SetTrainable(false);
        optimizer = optim.Adam(net.parameters());
    }

    public void Thaw() => net.SetTrainable(true);

    public void Freeze() => net.SetTrainable(false);

    public void Train()
    {
        net.train();
        optimizer.step();
        net.eval();
    }
}

internal sealed class Assembled
{
    private optim.Optimizer? optimizer;

    public required Net Model { get; init; }

    public void Warm()
    {
        optimizer = optim.Adam(Model.parameters());
        Model.SetTrainable(false);
        optimizer.step(); // FT3001
    }
}

internal sealed class Agent
{
    public readonly Net Policy = new();
    public readonly optim.Optimizer Optimizer;

    public Agent() => Optimizer = optim.Adam(Policy.parameters());
}

internal sealed class Held
{
    private readonly Agent agent = new();

    public void Warm()
    {
        agent.Policy.SetTrainable(false);
        agent.Optimizer.step(); // FT3001
    }
}

internal sealed class Looped(Net net)
{
    private readonly optim.Optimizer optimizer = optim.SGD(net.parameters(), 0.1);

    public void Train(IEnumerable<Tensor> batches)
    {
        foreach (var batch in batches)
            Step(batch); // FT3009
    }

    private void Step(Tensor batch)
    {
        net.call(batch).mean().backward();
        optimizer.step();
    }
}

internal sealed class Cleared(Net net)
{
    private readonly optim.Optimizer optimizer = optim.SGD(net.parameters(), 0.1);

    public void Train(IEnumerable<Tensor> batches)
    {
        foreach (var batch in batches)
        {
            Forget();
            Step(batch);
        }
    }

    private void Forget()
    {
        foreach (var parameter in net.parameters())
            parameter.grad = null;
    }

    private void Step(Tensor batch)
    {
        net.call(batch).mean().backward();
        optimizer.step();
    }
}

internal sealed class ByHand(Net net, optim.Optimizer optimizer)
{
    public void Train(IEnumerable<Tensor> batches)
    {
        foreach (var batch in batches)
        {
            foreach (var parameter in net.parameters())
                parameter.grad?.zero_();
            net.call(batch).mean().backward();
            optimizer.step();
        }
    }
}

internal sealed class Measured
{
    private readonly Net net = new();
    private readonly optim.Optimizer optimizer;

    public Measured() => optimizer = optim.Adam(net.parameters());

    public void Train(IReadOnlyList<Tensor> batches)
    {
        for (var epoch = 0; epoch < 3; epoch++)
        {
            foreach (var batch in batches)
            {
                optimizer.zero_grad();
                net.call(batch).mean().backward();
                optimizer.step(); // FT3014
            }

            Console.WriteLine(Measure(batches));
        }
    }

    private float Measure(IReadOnlyList<Tensor> batches)
    {
        net.eval();
        using var _ = no_grad();
        return batches.Select(batch => net.call(batch).mean().item<float>()).Average();
    }
}

internal sealed class FrozenNorm
{
    private readonly Net net = new();
    private readonly optim.Optimizer optimizer;

    public FrozenNorm()
    {
        net.SetTrainable(false);
        optimizer = optim.Adam(net.head.parameters());
    }

    public void Train()
    {
        net.train(); // FT3005
        optimizer.step();
    }
}

internal sealed class FrozenNormRestored
{
    private readonly Net net = new();
    private readonly optim.Optimizer optimizer;

    public FrozenNormRestored()
    {
        net.SetTrainable(false);
        optimizer = optim.Adam(net.head.parameters());
    }

    public void Train()
    {
        net.train();
        net.backbone.eval();
        optimizer.step();
    }
}

internal sealed class MovedLate
{
    private readonly Net net = new();
    private readonly optim.Optimizer optimizer;

    public MovedLate(Device device)
    {
        optimizer = optim.Adam(net.parameters());
        net.to(device);
    }

    public void Step() => optimizer.step(); // FT3003
}

internal static class Statics
{
    private static readonly Net Model = new();
    private static readonly optim.Optimizer Optimizer = optim.Adam(Model.parameters());

    public static void Warm()
    {
        Model.SetTrainable(false);
        Optimizer.step(); // FT3001
    }
}
