using TorchSharp.Modules;

using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace FineTune.LibTorch.Tests.Optim;

/// <summary>50 steps of each optimizer, as PyTorch takes them. One line each, under the name in Fixtures/make_optimizers.py.</summary>
public class OptimizerParityTests
{
    private static readonly Dictionary<string, Tensor> Expected = Fixture.Load("optimizers.safetensors");

    private static readonly Dictionary<string, Func<Parameter, Parameter, OptimizerHelper>> Optimizers = new()
    {
        ["SGD"] = (w, b) => SGD([w, b], 0.1),
        ["SGD with momentum"] = (w, b) => SGD([w, b], 0.1, 0.9),
        ["SGD, damped and decayed"] = (w, b) => SGD([w, b], 0.1, 0.8, 0.3, 0.01),
        ["SGD after Nesterov"] = (w, b) => SGD([w, b], 0.1, 0.9, nesterov: true),
        ["SGD uphill"] = (w, b) => SGD([w, b], 0.01, 0.9, weight_decay: 0.1, maximize: true),
        ["SGD in groups"] = (w, b) => SGD([new SGD.ParamGroup([w], 0.2, 0.5), new SGD.ParamGroup { Parameters = [b] }], 0.05, 0.9),
        ["Adam"] = (w, b) => Adam([w, b], 0.05),
        ["Adam, decayed"] = (w, b) => Adam([w, b], 0.05, 0.8, 0.99, 1e-6, 0.1),
        ["Adam with AMSGrad"] = (w, b) => Adam([w, b], 0.05, amsgrad: true),
        ["Adam uphill"] = (w, b) => Adam([w, b], 0.01, maximize: true),
        ["Adam in groups"] = (w, b) => Adam(
            [new Adam.ParamGroup([w], 0.1, weight_decay: 0.01), new Adam.ParamGroup([b], new Adam.Options { beta1 = 0.5, beta2 = 0.9 })], 0.02),
        ["AdamW"] = (w, b) => AdamW([w, b], 0.05),
        ["AdamW, decayed"] = (w, b) => AdamW([w, b], 0.05, weight_decay: 0.1),
        ["AdamW with AMSGrad"] = (w, b) => AdamW([w, b], 0.05, weight_decay: 0.1, amsgrad: true),
        ["RMSProp"] = (w, b) => RMSProp([w, b], 0.02),
        ["RMSProp with momentum"] = (w, b) => RMSProp([w, b], 0.01, 0.9, 1e-6, 0.01, 0.9),
        ["RMSProp, centered"] = (w, b) => RMSProp([w, b], 0.01, momentum: 0.5, centered: true),
        ["Adagrad"] = (w, b) => Adagrad([w, b], 0.2),
        ["Adagrad, decayed"] = (w, b) => Adagrad([w, b], 0.2, 0.01, 0.01, 0.1, 1e-8),
    };

    private static IEnumerable<string> Names => Expected.Keys.Where(key => key.EndsWith("|loss")).Select(key => key.Split('|')[0]).Distinct();

    [Test]
    public void Fifty_steps_are_those_of_PyTorch(
        [ValueSource(nameof(Names))] string name, [Values(ScalarType.Float32, ScalarType.Float64)] ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (x, y) = (Expected["x"].to(type), Expected["y"].to(type));
        var weight = nn.Parameter(Expected["weight"].to(type).clone());
        var bias = nn.Parameter(Expected["bias"].to(type).clone());
        using var optimizer = Optimizers[name](weight, bias);

        var losses = new List<Tensor>();
        for (int step = 0; step < 50; step++)
        {
            optimizer.zero_grad();
            var loss = nn.functional.mse_loss((x.matmul(weight) + bias).tanh(), y);
            loss.backward();
            optimizer.step();
            losses.Add(loss.detach());
        }

        var (kind, tolerance) = type == ScalarType.Float32 ? ("f32", 1e-6) : ("f64", 1e-10);
        Assert.That(stack(losses).IsClose(Expected[$"{name}|{kind}|loss"], tolerance, 0), "losses");
        Assert.That(weight.detach().IsClose(Expected[$"{name}|{kind}|weight"], tolerance * 10, tolerance), "weight");
        Assert.That(bias.detach().IsClose(Expected[$"{name}|{kind}|bias"], tolerance * 10, tolerance), "bias");
    }
}
