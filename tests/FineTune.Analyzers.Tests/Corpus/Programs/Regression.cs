using System;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// A noisy sine, three ways: a polynomial by hand, a layer, and a small network.
manual_seed(42);
var x = linspace(-Math.PI, Math.PI, 2000);
var y = x.sin() + 0.1 * randn(2000);

Polynomial(x, y);
Layer(x, y);
Network(x, y);

static void Polynomial(Tensor x, Tensor y)
{
    var a = randn(1, requires_grad: true);
    var b = randn(1, requires_grad: true);
    var c = randn(1, requires_grad: true);
    var d = randn(1, requires_grad: true);
    var rate = 1e-6;
    for (var t = 0; t < 2000; t++)
    {
        using var scope = NewDisposeScope();
        var predicted = a + b * x + c * x.pow(2) + d * x.pow(3);
        var loss = (predicted - y).pow(2).sum();
        if (t % 200 == 0)
            Console.WriteLine($"polynomial {t}: {loss.ToSingle():F3}");
        loss.backward();
        using (no_grad())
        {
            foreach (var weight in new[] { a, b, c, d })
            {
                weight.sub_(rate * weight.grad!);
                weight.grad!.zero_();
            }
        }
    }

    Console.WriteLine($"y = {a.item<float>():F3} + {b.item<float>():F3} x + {c.item<float>():F3} x² + {d.item<float>():F3} x³");
}

static void Layer(Tensor x, Tensor y)
{
    var powers = stack([x, x.pow(2), x.pow(3)], -1);
    var model = Sequential(("linear", Linear(3, 1)), ("flatten", Flatten(0, 1)));
    var criterion = MSELoss(Reduction.Sum);
    var optimizer = optim.RMSProp(model.parameters(), 1e-3);
    for (var t = 0; t < 2000; t++)
    {
        using var loss = criterion.call(model.call(powers), y);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
    }

    using var _ = no_grad();
    Console.WriteLine($"layer: {criterion.call(model.call(powers), y).ToSingle():F3}");
    foreach (var (name, parameter) in model.named_parameters())
        Console.WriteLine($"  {name}: {string.Join(", ", parameter.data<float>().Select(value => value.ToString("F3")))}");
}

static void Network(Tensor x, Tensor y)
{
    using var model = new Sines();
    using var optimizer = optim.Adam(model.parameters(), 1e-2);
    var inputs = x.unsqueeze(1);
    var targets = y.unsqueeze(1);
    var best = float.MaxValue;
    var waited = 0;
    for (var step = 0; step < 5000 && waited < 200; step++)
    {
        using var scope = NewDisposeScope();
        var loss = functional.mse_loss(model.call(inputs), targets);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        var value = loss.item<float>();
        waited = value < best ? 0 : waited + 1;
        best = Math.Min(best, value);
    }

    Console.WriteLine($"network: {best * 2000:F3}, {model.parameters().Sum(parameter => parameter.numel())} weights");
}

internal sealed class Sines : Module<Tensor, Tensor>
{
    private readonly Linear phases = Linear(1, 16);
    private readonly Linear amplitudes = Linear(16, 1);

    public Sines()
        : base("sines")
    {
        init.uniform_(phases.weight!, -2, 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => amplitudes.call(phases.call(x).sin());
}
