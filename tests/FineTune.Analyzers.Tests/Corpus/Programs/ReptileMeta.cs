using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Reptile: a start from which a few steps are enough for any sine.
manual_seed(12);
const int Rounds = 600;
const int InnerSteps = 8;
var dice = new Random(1);
var model = new SineNet();

for (var round = 1; round <= Rounds; round++)
{
    using var scope = NewDisposeScope();
    var before = Copy(model);
    var sine = Sine.Draw(dice);
    InnerLoop(model, sine, InnerSteps);

    // Only a part of the way to what is best for this one sine.
    var share = 0.5 * (1 - (double)round / Rounds);
    using (no_grad())
    {
        foreach (var (name, parameter) in model.named_parameters())
            parameter.copy_(before[name] + share * (parameter - before[name]));
    }

    if (round % 200 == 0)
        Console.WriteLine($"{round}: {Evaluate():F4}");
}

// What a start by chance is good for.
model = new SineNet();
Console.WriteLine($"Untrained: {Evaluate():F4}");

double Evaluate()
{
    var errors = new List<double>();
    var tasks = new Random(100);
    for (var i = 0; i < 10; i++)
    {
        using var scope = NewDisposeScope();
        var saved = Copy(model);
        var sine = Sine.Draw(tasks);
        InnerLoop(model, sine, 12);
        model.eval();
        using (no_grad())
        {
            var x = linspace(-4, 4, 80).unsqueeze(1);
            errors.Add(functional.mse_loss(model.call(x), sine.At(x)).item<float>());
        }

        model.load_state_dict(saved);
    }

    return errors.Average();
}

static void InnerLoop(SineNet model, Sine sine, int steps)
{
    model.train();
    using var optimizer = optim.SGD(model.parameters(), 0.02);
    var x = (rand(20, 1) - 0.5) * 8;
    var y = sine.At(x);
    for (var step = 0; step < steps; step++)
    {
        using var scope = NewDisposeScope();
        model.zero_grad();
        var loss = functional.mse_loss(model.call(x), y);
        loss.backward();
        optimizer.step();
    }
}

static Dictionary<string, Tensor> Copy(SineNet model)
{
    using var guard = no_grad();
    return model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
}

internal sealed record Sine(double Height, double Phase)
{
    public static Sine Draw(Random random) => new(0.5 + 3 * random.NextDouble(), random.NextDouble() * Math.PI);

    public Tensor At(Tensor x) => Height * (x + Phase).sin();
}

internal sealed class SineNet : Module<Tensor, Tensor>
{
    private readonly Linear fc1 = Linear(1, 48);
    private readonly Linear fc2 = Linear(48, 48);
    private readonly Linear fc3 = Linear(48, 1);

    public SineNet()
        : base("sine") => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var hidden = fc1.call(x).tanh();
        hidden = fc2.call(hidden).tanh();
        return fc3.call(hidden);
    }
}
