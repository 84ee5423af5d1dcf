using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

using TorchSharp.Modules;

using static TorchSharp.torch;

namespace FineTune.LibTorch.Tests.Optim;

/// <summary>
/// The step that reads and writes memory once, against libtorch's own, which is taken where a parameter's elements have gaps
/// between them.
/// </summary>
[NonParallelizable]
public class FusedStepTests
{
    private const int ManyElements = 100_003;

    // libtorch's vectors round a product and a sum once where the processor can, as the fused step does everywhere.
    private static readonly double Tolerance = Fma.IsSupported ? 0 : 1e-6;

    private static readonly Dictionary<string, Func<IEnumerable<Parameter>, OptimizerHelper>> Optimizers = new()
    {
        ["SGD"] = parameters => optim.SGD(parameters, 0.1),
        ["SGD, decayed"] = parameters => optim.SGD(parameters, 0.1, weight_decay: 0.02),
        ["SGD with momentum"] = parameters => optim.SGD(parameters, 0.1, momentum: 0.9),
        ["SGD, damped"] = parameters => optim.SGD(parameters, 0.1, momentum: 0.9, dampening: 0.3, weight_decay: 0.02),
        ["SGD after Nesterov"] = parameters => optim.SGD(parameters, 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.02),
        ["SGD uphill"] = parameters => optim.SGD(parameters, 0.1, momentum: 0.9, weight_decay: 0.02, maximize: true),
        ["Adam"] = parameters => optim.Adam(parameters, 0.01),
        ["Adam, decayed"] = parameters => optim.Adam(parameters, 0.01, 0.8, 0.95, 1e-6, weight_decay: 0.1),
        ["Adam with AMSGrad"] = parameters => optim.Adam(parameters, 0.01, weight_decay: 0.1, amsgrad: true),
        ["Adam uphill"] = parameters => optim.Adam(parameters, 0.01, weight_decay: 0.1, maximize: true),
        ["AdamW"] = parameters => optim.AdamW(parameters, 0.01),
        ["AdamW, decayed"] = parameters => optim.AdamW(parameters, 0.01, weight_decay: 0.1),
        ["AdamW with AMSGrad, uphill"] = parameters => optim.AdamW(parameters, 0.01, weight_decay: 0.1, amsgrad: true, maximize: true),
    };

    private static IEnumerable<string> Names => Optimizers.Keys;

    [Test]
    public void Steps_are_those_of_libtorch(
        [ValueSource(nameof(Names))] string name, [Values(ScalarType.Float32, ScalarType.Float64)] ScalarType type, [Values(0, 1, 7, ManyElements)] int size)
    {
        using var scope = NewDisposeScope();
        var start = Noise(0, size).to(type);

        var (fused, state) = Steps(name, Dense(start));
        var (libtorchs, itsState) = Steps(name, WithGaps(start));

        Assert.That(fused.IsClose(libtorchs, Tolerance, Tolerance), "parameter");
        Assert.That(size == 0 || !fused.IsSame(start));
        Assert.That(state, Has.Count.EqualTo(itsState.Count));
        foreach (var (one, other) in state.Zip(itsState))
            Assert.That(one.IsClose(other, Tolerance, Tolerance), "state");
    }

    [TestCaseSource(nameof(Names))]
    public void One_thread_and_two_take_the_same_step_bit_for_bit(string name)
    {
        using var scope = NewDisposeScope();
        var start = Noise(0, ManyElements);
        int threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var (one, _) = Steps(name, Dense(start));
            set_num_threads(2);
            var (two, _) = Steps(name, Dense(start));

            Assert.That(two.IsSame(one));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Parameters_of_all_kinds_go_together(string name)
    {
        using var scope = NewDisposeScope();
        var start = Noise(0, 24);
        Func<Parameter>[] kinds =
        [
            () => Dense(start), () => WithGaps(start), () => Dense(start.to(ScalarType.Float64)), () => WithGaps(start.to(ScalarType.Float64)), () => ChannelsLast(start),
        ];
        Parameter[] together = [.. kinds.Select(make => make())];
        var idle = Dense(start);

        Steps(name, [.. together, idle], count: together.Length);

        foreach (var (parameter, make) in together.Zip(kinds))
            Assert.That(parameter.detach().IsSame(Steps(name, make()).Parameter));
        Assert.That(idle.detach().IsSame(start));
    }

    [Test]
    public void Channels_may_come_last_in_memory()
    {
        using var scope = NewDisposeScope();
        var start = Noise(0, 24);
        var parameter = ChannelsLast(start);
        var strides = parameter.stride();

        var (stepped, _) = Steps("Adam", parameter);

        Assert.That(parameter.stride(), Is.EqualTo(strides));
        Assert.That(stepped.IsSame(Steps("Adam", Dense(start)).Parameter.reshape(2, 3, 2, 2)));
    }

    [TestCaseSource(nameof(Names))]
    public void State_may_lie_in_memory_otherwise_than_its_parameter(string name)
    {
        using var scope = NewDisposeScope();
        var (dense, last) = (Dense(Noise(0, 24).reshape(2, 3, 2, 2)), ChannelsLast(Noise(0, 24)));
        using var optimizer = Optimizers[name]([dense]);
        using var successor = Optimizers[name]([last]);
        Slope(dense, 1);
        optimizer.step();
        Slope(last, 1);
        successor.step();

        successor.load_state_dict(optimizer.state_dict());
        optimizer.step();
        successor.step();

        Assert.That(last.detach().IsSame(dense.detach()));
    }

    [TestCaseSource(nameof(Names))]
    public void Going_backward_past_a_step_is_noticed(string name)
    {
        using var scope = NewDisposeScope();
        var weight = Dense(Noise(0, 7));
        using var optimizer = Optimizers[name]([weight]);
        Slope(weight, 1);
        optimizer.step();
        var factor = ones(7, requires_grad: true);
        var stale = StateOf(optimizer).Append(weight).Select(tensor => (tensor * factor).sum()).ToArray();

        optimizer.step();

        foreach (var loss in stale)
            Assert.That(() => loss.backward(), Throws.InstanceOf<ExternalException>().With.Message.Contains("modified by an inplace operation"));
    }

    [Test]
    public void A_gradient_s_stride_over_one_element_does_not_matter()
    {
        using var scope = NewDisposeScope();
        var weight = nn.Parameter(Noise(0, 12).reshape(4, 3, 1, 1));
        var slope = Noise(1, 12).as_strided([4, 3, 1, 1], [3, 1, 3, 3]);
        using var optimizer = optim.SGD([weight], 1);
        (weight * slope).sum().backward();
        Assert.That(weight.grad()!.stride(), Is.Not.EqualTo(weight.stride()));
        var stale = weight.pow(2).sum();

        optimizer.step();

        Assert.That(weight.detach().IsClose(Noise(0, 12).reshape(4, 3, 1, 1) - slope, 1e-6, 1e-6));
        Assert.That(() => stale.backward(), Throws.InstanceOf<ExternalException>(), "libtorch's SGD lets this pass");
    }

    private static (Tensor Parameter, IReadOnlyList<Tensor> State) Steps(string name, Parameter parameter) => (parameter.detach(), Steps(name, [parameter], 1));

    // Three steps of those parameters that have gradients; the state of the first.
    private static List<Tensor> Steps(string name, Parameter[] parameters, int count)
    {
        using var optimizer = Optimizers[name](parameters);
        for (int step = 1; step <= 3; step++)
        {
            foreach (var parameter in parameters.Take(count))
                Slope(parameter, step);
            optimizer.step();
        }

        return StateOf(optimizer).ConvertAll(tensor => tensor.clone());
    }

    // The gradient of a product with a constant is that constant.
    private static void Slope(Parameter parameter, int seed)
    {
        parameter.grad()?.zero_();
        (parameter * Noise(seed, parameter.numel()).to(parameter.dtype).reshape(parameter.shape)).sum().backward();
    }

    private static List<Tensor> StateOf(OptimizerHelper optimizer) => optimizer.state_dict().State[0] switch
    {
        SGD.State { momentum_buffer: null } => [],
        SGD.State sgd => [sgd.momentum_buffer],
        Adam.State { max_exp_avg_sq: null } adam => [adam.exp_avg, adam.exp_avg_sq],
        Adam.State adam => [adam.exp_avg, adam.exp_avg_sq, adam.max_exp_avg_sq],
        var other => throw new InvalidOperationException($"What is the state of {other}?"),
    };

    // The same numbers for the same seed, as many as asked for.
    private static Tensor Noise(int seed, long size)
    {
        using var generator = new Generator((ulong)seed);
        return randn([size], generator: generator);
    }

    private static Parameter Dense(Tensor values) => nn.Parameter(values.clone());

    private static Parameter WithGaps(Tensor values)
    {
        var wide = zeros([values.numel() * 2], values.dtype).as_strided(values.shape, [2]);
        return nn.Parameter(wide.copy_(values));
    }

    private static Parameter ChannelsLast(Tensor values) => nn.Parameter(values.reshape(2, 3, 2, 2).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
}
