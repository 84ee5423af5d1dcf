using TorchSharp;

using static TorchSharp.torch;

namespace FineTune.LibTorch.Tests.NN;

/// <summary>Compares what is computed here, forward and backward, with what Fixtures/parity.py has kept of PyTorch.</summary>
internal sealed class Parity(string file)
{
    private readonly Dictionary<string, Tensor> fixture = Fixture.Load(file);

    /// <summary>The names of all cases, each with a number for its inputs: "Linear#0".</summary>
    public static IEnumerable<string> Cases(string file)
        => Fixture.Load(file).Keys.Select(key => key.Split('|')[0]).Distinct();

    public static string NameOf(string @case) => @case[..@case.LastIndexOf('#')];

    /// <param name="module">What has the state, or null.</param>
    /// <param name="run">From the inputs to all outputs; null among them does not count.</param>
    public void Check(string @case, ScalarType type, nn.Module? module, Func<Tensor[], Tensor?[]> run)
    {
        using var scope = NewDisposeScope();
        string kind = type == ScalarType.Float32 ? "f32" : "f64";
        module?.load_state_dict(Part(@case, "state"));
        module?.to(type);
        var gradients = Part(@case, $"{kind}|input_grad");
        var inputs = Part(@case, "input").Select(input => Prepare(input.Value, type, gradients.ContainsKey(input.Key))).ToArray();

        var outputs = run(inputs).OfType<Tensor>().ToArray();
        outputs.Where(output => output.requires_grad).Select(Weighed).Aggregate((sum, next) => sum + next).backward();

        Assert.Multiple(() =>
        {
            var expected = Part(@case, $"{kind}|output");
            Assert.That(outputs, Has.Length.EqualTo(expected.Count), "outputs");
            foreach (var (index, tensor) in expected)
                Compare($"output {index}", outputs[int.Parse(index)], tensor);
            foreach (var (index, tensor) in gradients)
                Compare($"gradient of input {index}", inputs[int.Parse(index)].grad(), tensor);
            if (module is null)
                return;
            Assert.That(module.state_dict().Keys.Order(), Is.EqualTo(Part(@case, "state").Keys.Order()), "names");
            foreach (var (name, tensor) in Part(@case, $"{kind}|state_grad"))
                Compare($"gradient of {name}", module.get_parameter(name)?.grad(), tensor);
            foreach (var (name, tensor) in Part(@case, $"{kind}|buffer"))
                Compare(name, module.get_buffer(name), tensor);
        });
    }

    private static void Compare(string what, Tensor? actual, Tensor expected)
    {
        Assert.That(actual, Is.Not.Null, what);
        double tolerance = expected.dtype == ScalarType.Float64 ? 1e-10 : 1e-5;
        // Near 0 a sum of rounding errors counts, not its ratio to the result.
        double absolute = tolerance * Math.Max(1e-3, expected.is_floating_point() ? expected.abs().max().ToDouble() : 0);
        Assert.That(actual!.IsClose(expected, tolerance, absolute), () => $"{what}:\n{string.Join(" ", actual.to(ScalarType.Float64).flatten().data<double>().ToArray())}\nis not\n{string.Join(" ", expected.to(ScalarType.Float64).flatten().data<double>().ToArray())}");
    }

    private static Tensor Prepare(Tensor kept, ScalarType type, bool requiresGrad)
    {
        var input = kept.is_floating_point() ? kept.to(type).clone() : kept.clone();
        return requiresGrad ? input.requires_grad_() : input;
    }

    // As in parity.py.
    private static Tensor Weighed(Tensor output)
    {
        var factors = ((arange(output.numel()) * 37).remainder(11) - 5).to(output.dtype) * 0.2;
        return (output * factors.view(output.shape)).sum();
    }

    private Dictionary<string, Tensor> Part(string @case, string part)
    {
        string prefix = $"{@case}|{part}|";
        return this.fixture.Where(entry => entry.Key.StartsWith(prefix)).ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);
    }
}
