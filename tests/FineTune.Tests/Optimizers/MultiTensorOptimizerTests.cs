using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>
/// Steps over lists of tensors, compared with TorchSharp's own optimizers, with the same formula written out, and with
/// themselves.
/// </summary>
public sealed class MultiTensorOptimizerTests
{
    private const double FastRate = 0.02, SlowRate = 0.005;

    private static readonly Dictionary<string, Kind> Kinds = new()
    {
        ["SGD"] = new(
            masters => Optimizers.SGD(masterWeights: masters),
            (p, lr) => new SGD.ParamGroup(p, lr)),
        ["SGD, decayed"] = new(
            masters => Optimizers.SGD(weightDecay: 0.02, masterWeights: masters),
            (p, lr) => new SGD.ParamGroup(p, lr, weight_decay: 0.02)),
        ["SGD with momentum"] = new(
            masters => Optimizers.SGD(momentum: 0.9, masterWeights: masters),
            (p, lr) => new SGD.ParamGroup(p, lr, 0.9)),
        ["SGD, damped"] = new(
            masters => Optimizers.SGD(momentum: 0.9, dampening: 0.3, weightDecay: 0.02, masterWeights: masters),
            (p, lr) => new SGD.ParamGroup(p, lr, 0.9, 0.3, 0.02)),
        ["SGD after Nesterov"] = new(
            masters => Optimizers.SGD(momentum: 0.9, nesterov: true, masterWeights: masters),
            (p, lr) => new SGD.ParamGroup(p, lr, 0.9, nesterov: true)),
        ["Adam"] = new(
            masters => Optimizers.Adam(masterWeights: masters),
            (p, lr) => new Adam.ParamGroup(p, lr)),
        ["Adam, decayed"] = new(
            masters => Optimizers.Adam(null, 0.8, 0.95, 1e-6, 0.1, masterWeights: masters),
            (p, lr) => new Adam.ParamGroup(p, lr, 0.8, 0.95, 1e-6, 0.1)),
        ["AdamW"] = new(
            masters => Optimizers.AdamW(weightDecay: 0.1, masterWeights: masters),
            (p, lr) => new AdamW.ParamGroup(p, lr, weight_decay: 0.1)),
        ["RMSProp"] = new(
            masters => Optimizers.RMSProp(masterWeights: masters),
            (p, lr) => new RMSProp.ParamGroup(p, lr)),
        ["RMSProp with momentum"] = new(
            masters => Optimizers.RMSProp(alpha: 0.9, weightDecay: 0.02, momentum: 0.8, masterWeights: masters),
            (p, lr) => new RMSProp.ParamGroup(p, lr, 1e-8, 0.9, 0.02, 0.8)),
        ["RMSProp, centered"] = new(
            masters => Optimizers.RMSProp(momentum: 0.5, centered: true, masterWeights: masters),
            (p, lr) => new RMSProp.ParamGroup(p, lr, 1e-8, 0.99, 0, 0.5, true)),
    };

    private static IEnumerable<string> Names => Kinds.Keys;

    [Test]
    public void Steps_are_those_of_TorchSharps_optimizers(
        [ValueSource(nameof(Names))] string name, [Values(ScalarType.Float32, ScalarType.Float64)] ScalarType type)
    {
        using var scope = NewDisposeScope();
        var mine = Parameters(type);
        var theirs = Parameters(type);
        using var optimizer = Build(name, mine);
        using var peer = Peer(name, theirs);

        for (var step = 0; step < 50; step++)
        {
            foreach (var (one, other) in optimizer.ParamGroups.Zip(peer.ParamGroups))
            {
                one.LearningRate = other.LearningRate = other.InitialLearningRate * (step < 25 ? 1 : 0.3);
            }

            // The last one has a gradient in some steps only, and not in the first.
            Slope(mine, step % 3 == 1 ? mine.Length : mine.Length - 1);
            Slope(theirs, step % 3 == 1 ? theirs.Length : theirs.Length - 1);
            optimizer.step();
            peer.step();
        }

        foreach (var (one, other) in mine.Zip(theirs))
        {
            var tolerance = type == ScalarType.Float32 ? 1e-6 : 1e-13;
            Assert.That((one - other).norm().ToDouble(), Is.LessThanOrEqualTo(tolerance * other.norm().ToDouble()));
        }
    }

    [Test]
    public void Fused_steps_are_those_of_the_formula(
        [ValueSource(nameof(Names))] string name,
        [Values(ScalarType.Float32, ScalarType.Float64)] ScalarType type,
        [Values(1, 7, 10_003)] int size)
    {
        using var scope = NewDisposeScope();
        var (dense, withGaps) = (nn.Parameter(Noise(0, size).to(type)), WithGaps(Noise(0, size).to(type)));

        Steps(name, dense, 3);
        Steps(name, withGaps, 3);

        var tolerance = type == ScalarType.Float32 ? 1e-6 : 1e-14;
        Assert.That((dense - withGaps).norm().ToDouble(), Is.LessThanOrEqualTo(tolerance * withGaps.norm().ToDouble()));
        Assert.That(Same(dense, Noise(0, size).to(type)), Is.False);
    }

    // libtorch's fused SGD is wrong here, and only for as many elements as fill a vector.
    [Test]
    public void Steps_in_bfloat16_are_those_in_single_precision_but_for_rounding(
        [ValueSource(nameof(Names))] string name, [Values(1, 7, 10_003)] int size)
    {
        using var scope = NewDisposeScope();
        var (half, single) = (nn.Parameter(Noise(0, size).bfloat16()), nn.Parameter(Noise(0, size)));

        Steps(name, half, 3);
        Steps(name, single, 3);

        Assert.That((half - single).norm().ToDouble(), Is.LessThanOrEqualTo(0.01 * single.norm().ToDouble()));
        Assert.That((half - Noise(0, size)).norm().ToDouble(),
            Is.GreaterThan(0.02 * single.norm().ToDouble()), "a step left out would show");
    }

    [Test]
    public void With_master_weights_steps_in_half_precision_are_those_of_copies_in_single(
        [ValueSource(nameof(Names))] string name, [Values(ScalarType.BFloat16, ScalarType.Float16)] ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (mine, weights) = (Parameters(type), Parameters(type));
        var copies = Array.ConvertAll(weights, weight => nn.Parameter(weight.detach().to(ScalarType.Float32)));
        using var optimizer = Build(name, masters: true, mine);
        using var peer = Peer(name, copies);

        for (var step = 0; step < 30; step++)
        {
            var count = step % 3 == 1 ? mine.Length : mine.Length - 1;
            Slope(mine, count);
            optimizer.step();

            Slope(weights, count);
            foreach (var (copy, weight) in copies.Zip(weights))
            {
                copy.grad = weight.grad?.to(ScalarType.Float32);
            }

            peer.step();
            using var noGradients = no_grad();
            foreach (var (copy, weight) in copies.Zip(weights))
            {
                weight.copy_(copy);
            }
        }

        foreach (var ((state, weight), copy) in optimizer.States.Zip(weights).Zip(copies))
        {
            var master = state.Moment(ParameterState.Master);
            Assert.That((master - copy).norm().ToDouble(), Is.LessThanOrEqualTo(1e-5 * copy.norm().ToDouble()));
            Assert.That(Same(state.Parameter, master.to(type)), "the weight is the master, rounded");

            // A number that lies between two others may have been rounded to either.
            var apart = type == ScalarType.BFloat16 ? 0.016 : 0.002;
            Assert.That((state.Parameter - weight).abs().max().ToDouble(), Is.LessThanOrEqualTo(apart));
        }
    }

    [Test]
    public void Steps_too_small_for_bfloat16_add_up_in_master_weights([ValueSource(nameof(Names))] string name, [Values] bool masters)
    {
        using var scope = NewDisposeScope();
        var weight = nn.Parameter(full([40], 1.0, ScalarType.BFloat16));
        using var optimizer = Build(name, masters, weight);
        optimizer.ParamGroups.First().LearningRate = 1e-4;
        for (var step = 0; step < 100; step++)
        {
            weight.grad = ones([40], ScalarType.BFloat16);
            optimizer.step();
        }

        // 1 and the next smaller number of its type are 0.0039 apart.
        var moved = 1 - weight.max().ToSingle();
        Assert.That(moved, masters ? Is.GreaterThan(0.003) : Is.Zero);
    }

    [Test]
    public void Master_weights_are_for_half_precision_alone([ValueSource(nameof(Names))] string name)
    {
        using var scope = NewDisposeScope();
        Parameter[] all =
        [
            .. Parameters(ScalarType.BFloat16)[..2], Parameters(ScalarType.Float32)[0], Parameters(ScalarType.Float64)[0],
        ];
        var alone = Parameters(ScalarType.Float32)[..1];
        using var optimizer = Build(name, masters: true, all);
        using var same = Kinds[name].Config(false).Build([Group(name, SlowRate, 2, alone)]);

        Steps(optimizer, all, 3);
        Steps(same, alone, 3);

        Assert.That(optimizer.States.Select(state => state.HasMaster), Is.EqualTo([true, true, false, false]));
        Assert.That(optimizer.States[2].Moments.Select(moment => moment.Name), Does.Not.Contain(ParameterState.Master));
        Assert.That(
            optimizer.States[0].Moments.Select(moment => moment.Tensor.dtype),
            Is.All.EqualTo(ScalarType.Float32));
        Assert.That(Same(all[2], alone[0]));
    }

    [Test]
    public void A_weight_that_is_set_between_two_steps_stays_set_and_its_neighbours_lose_nothing()
    {
        using var scope = NewDisposeScope();
        var (weight, still) = (nn.Parameter(full([2], 1.0, ScalarType.BFloat16)), zeros([2], ScalarType.BFloat16));
        using var optimizer = Build("SGD", masters: true, weight);
        optimizer.ParamGroups.First().LearningRate = 1e-3;
        weight.grad = ones([2], ScalarType.BFloat16);
        optimizer.step();
        using (no_grad())
        {
            weight[0] = 3;
        }

        weight.grad = still;
        optimizer.step();

        Assert.That(weight.to(ScalarType.Float32).data<float>().ToArray(), Is.EqualTo([3f, 1f]));
        Assert.That(
            optimizer.States[0].Moment(ParameterState.Master).data<float>().ToArray(), Is.EqualTo([3f, 0.999f]).Within(1e-6));
    }

    // Elements do not depend on each other, and libtorch shares them out in whole vectors.
    [Test]
    public void One_thread_and_two_take_the_same_step_to_the_bit([ValueSource(nameof(Names))] string name)
    {
        using var scope = NewDisposeScope();
        var (one, two) = (nn.Parameter(Noise(0, 100_003)), nn.Parameter(Noise(0, 100_003)));
        Steps(name, one, 3);
        var threads = get_num_threads();
        try
        {
            set_num_threads(2);
            Steps(name, two, 3);
        }
        finally
        {
            set_num_threads(threads);
        }

        Assert.That(Same(two, one));
    }

    // Each parameter is stepped by itself; only the call is one.
    [Test]
    public void Parameters_of_all_types_and_layouts_go_together_to_the_bit([ValueSource(nameof(Names))] string name)
    {
        using var scope = NewDisposeScope();
        var start = Noise(0, 24);
        Func<Parameter>[] kinds =
        [
            () => nn.Parameter(start.clone()), () => nn.Parameter(start.to(ScalarType.Float64)), () => nn.Parameter(start.bfloat16()),
            () => ChannelsLast(start), () => nn.Parameter(start.reshape(4, 6).clone()),
        ];
        var together = kinds.Select(make => make()).ToArray();

        using (var optimizer = Kinds[name].Config(false).Build([Group(name, FastRate, 0, together)]))
        {
            Steps(optimizer, together, 3);
        }

        foreach (var (parameter, make) in together.Zip(kinds))
        {
            var alone = make();
            using var optimizer = Kinds[name].Config(false).Build([Group(name, FastRate, 0, alone)]);
            Steps(optimizer, [alone], 3);
            Assert.That(Same(parameter, alone), $"{parameter.dtype} [{string.Join(", ", parameter.shape)}]");
        }
    }

    // The same numbers at the same places of memory, read in the same order.
    [Test]
    public void Channels_may_come_last_in_memory([ValueSource(nameof(Names))] string name)
    {
        using var scope = NewDisposeScope();
        var parameter = ChannelsLast(Noise(0, 24));
        var dense = nn.Parameter(Noise(0, 24).reshape(2, 3, 2, 2).permute(0, 2, 3, 1).contiguous());
        var strides = parameter.stride();
        using var optimizer = Build(name, parameter);
        using var other = Build(name, dense);

        for (var step = 1; step <= 3; step++)
        {
            var slope = Noise(step, 24).reshape(2, 3, 2, 2);
            parameter.grad = empty_like(parameter).copy_(slope).detach();
            dense.grad = slope.permute(0, 2, 3, 1).contiguous();
            optimizer.step();
            other.step();
        }

        Assert.That(parameter.stride(), Is.EqualTo(strides));
        Assert.That(Same(parameter.detach().permute(0, 2, 3, 1), dense));
    }

    [Test]
    public void A_gradient_may_lie_in_memory_otherwise_than_its_parameter([ValueSource(nameof(Names))] string name)
    {
        using var scope = NewDisposeScope();
        var (one, other) = (nn.Parameter(Noise(0, 24).reshape(2, 3, 2, 2)), nn.Parameter(Noise(0, 24).reshape(2, 3, 2, 2)));
        using var optimizer = Build(name, one);
        using var same = Build(name, other);
        for (var step = 1; step <= 3; step++)
        {
            other.grad = Noise(step, 24).reshape(2, 3, 2, 2);
            one.grad = ChannelsLast(Noise(step, 24)).detach();
            Assert.That(one.grad!.stride(), Is.Not.EqualTo(other.grad!.stride()));
            optimizer.step();
            same.step();
        }

        Assert.That((one - other).norm().ToDouble(), Is.LessThanOrEqualTo(1e-6 * other.norm().ToDouble()));
    }

    [Test]
    public void Parameter_without_a_gradient_stays_and_counts_no_step([ValueSource(nameof(Names))] string name)
    {
        using var scope = NewDisposeScope();
        var (weight, idle) = (nn.Parameter(Noise(0, 4)), nn.Parameter(Noise(1, 4)));
        using var optimizer = Build(name, weight, idle);

        Slope([weight], 1);
        optimizer.step();
        optimizer.step();

        Assert.That(Same(idle, Noise(1, 4)));
        Assert.That(optimizer.States.Select(state => state.HasStarted), Is.EqualTo([true, false]));
        Assert.That(
            optimizer.States[0].Moments.Where(moment => moment.Name == "step").Select(moment => moment.Tensor.ToSingle()),
            Is.All.EqualTo(2f));
    }

    [Test]
    public void Going_backward_past_a_step_is_noticed([ValueSource(nameof(Names))] string name, [Values] bool masters)
    {
        using var scope = NewDisposeScope();
        var weight = nn.Parameter(masters ? Noise(0, 7).bfloat16() : Noise(0, 7));
        using var optimizer = Build(name, masters, weight);
        Slope([weight], 1);
        var stale = weight.pow(2).sum();

        optimizer.step();

        Assert.That(() => stale.backward(),
            Throws.InstanceOf<ExternalException>().With.Message.Contains("modified by an inplace operation"));
    }

    // The same operations on the same numbers, in the same process.
    [Test]
    public void State_that_was_saved_goes_on_to_the_bit([ValueSource(nameof(Names))] string name, [Values] bool masters)
    {
        using var scope = NewDisposeScope();
        var whole = Parameters(masters ? ScalarType.BFloat16 : ScalarType.Float32);
        using var optimizer = Build(name, masters, whole);
        Steps(optimizer, whole[..2], 5);
        var copies = whole.Select(parameter => nn.Parameter(parameter.detach().clone())).ToArray();
        using var successor = Build(name, masters, copies);

        OptimizerMoments.Restore(successor, OptimizerMoments.Save(optimizer));
        Steps(optimizer, whole, 5);
        Steps(successor, copies, 5);

        Assert.That(whole.Zip(copies).Select(pair => Same(pair.First, pair.Second)), Is.All.True);
    }

    [Test]
    public void State_goes_on_through_TorchSharps_own_format([ValueSource(nameof(Names))] string name, [Values] bool masters)
    {
        using var scope = NewDisposeScope();
        var whole = Parameters(masters ? ScalarType.BFloat16 : ScalarType.Float32);
        using var optimizer = Build(name, masters, whole);
        Steps(optimizer, whole[..2], 5);
        optimizer.ParamGroups.First().LearningRate = 0.01;
        var copies = whole.Select(parameter => nn.Parameter(parameter.detach().clone())).ToArray();
        using var successor = Build(name, masters, copies);
        using var stream = new MemoryStream();

        optimizer.save_state_dict(new BinaryWriter(stream));
        stream.Position = 0;
        successor.load_state_dict(new BinaryReader(stream));
        Steps(optimizer, whole, 5);
        Steps(successor, copies, 5);

        Assert.That(stream.Position, Is.EqualTo(stream.Length));
        Assert.That(successor.ParamGroups.First().LearningRate, Is.EqualTo(0.01));
        Assert.That(whole.Zip(copies).Select(pair => Same(pair.First, pair.Second)), Is.All.True);
    }

    [Test]
    public void Masters_begin_with_the_weights_where_a_checkpoint_has_none_and_end_where_they_are_not_asked_for()
    {
        using var scope = NewDisposeScope();
        var (without, with) = (Parameters(ScalarType.BFloat16), Parameters(ScalarType.BFloat16));
        using var plain = Build("Adam", without);
        using var mastered = Build("Adam", masters: true, with);
        Steps(plain, without, 2);

        OptimizerMoments.Restore(mastered, OptimizerMoments.Save(plain));
        Assert.That(mastered.States.Select(state => state.Moment(ParameterState.Master).dtype), Is.All.EqualTo(ScalarType.Float32));
        Steps(mastered, with, 2);

        OptimizerMoments.Restore(plain, OptimizerMoments.Save(mastered));
        Assert.That(() => Steps(plain, without, 1), Throws.Nothing);
        Assert.That(plain.States[0].Moment("exp_avg").dtype, Is.EqualTo(ScalarType.BFloat16));
    }

    [Test]
    public void Half_of_a_parameters_moments_are_refused()
    {
        using var scope = NewDisposeScope();
        var weight = nn.Parameter(Noise(0, 4));
        using var optimizer = Build("Adam", weight);

        Assert.That(
            () => OptimizerMoments.Restore(optimizer, new Dictionary<string, Tensor> { ["p0/exp_avg"] = zeros(4) }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("no 'exp_avg_sq' of the parameter p0"));
    }

    [Test]
    public void Layer_of_another_shape_under_the_same_name_starts_anew()
    {
        using var scope = NewDisposeScope();
        var (before, after) = (nn.Parameter(Noise(0, 4)), nn.Parameter(Noise(0, 5)));
        using var from = Build("Adam", before);
        using var to = Build("Adam", after);
        Steps(from, [before], 1);

        OptimizerMoments.Carry(from, to);

        Assert.That(to.States[0].HasStarted, Is.False);
    }

    [Test]
    public void TorchSharps_schedulers_set_the_rates()
    {
        using var scope = NewDisposeScope();
        var weight = nn.Parameter(zeros(1));
        using var optimizer = Build("SGD", weight);
        var scheduler = optim.lr_scheduler.StepLR(optimizer, 1, 0.5);

        scheduler.step();
        Slope([weight], 1);
        optimizer.step();

        Assert.That(weight.ToSingle(), Is.EqualTo(-(FastRate / 2) * weight.grad!.ToSingle()).Within(1e-7));
    }

    [Test]
    public void Closure_computes_the_loss_with_gradients_on_and_its_loss_is_the_steps()
    {
        using var scope = NewDisposeScope();
        var weight = nn.Parameter(ones(1));
        using var optimizer = Build("SGD", weight);
        using var noGradients = no_grad();

        var loss = optimizer.step(() =>
        {
            var loss = (weight * 3).sum();
            loss.backward();
            return loss;
        });

        Assert.That(loss!.ToSingle(), Is.EqualTo(3f));
        Assert.That(weight.ToSingle(), Is.EqualTo(1 - (3 * FastRate)).Within(1e-6));
    }

    [Test]
    public void Parameters_are_not_added_behind_the_compiled_models_back()
    {
        using var weight = nn.Parameter(ones(1));
        using var optimizer = Build("Adam", weight);

        Assert.That(() => optimizer.add_param_group(new ParamGroup()),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("recompile"));
    }

    [Test]
    public void Steps_keep_the_number_of_live_tensors([ValueSource(nameof(Names))] string name)
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters(ScalarType.Float32);
        using var optimizer = Build(name, parameters);
        Slope(parameters, parameters.Length);
        optimizer.step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (var step = 0; step < 10; step++)
        {
            optimizer.step();
        }

        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
    }

    private static OptimizerGroup Group(string kind, double rate, int first, params Parameter[] parameters) =>
        new(
            $"from {first}",
            rate,
            Kinds[kind].Config(false).WeightDecay,
            [.. parameters.Select((parameter, i) => ($"p{first + i}", parameter))]);

    // Two groups: the first parameter, and the others at a lower rate.
    private static MultiTensorOptimizer Build(string name, params Parameter[] parameters) => Build(name, masters: false, parameters);

    private static MultiTensorOptimizer Build(string name, bool masters, params Parameter[] parameters)
    {
        var groups = parameters.Length == 1
            ? new[] { Group(name, FastRate, 0, parameters) }
            : [Group(name, FastRate, 0, parameters[0]), Group(name, SlowRate, 1, parameters[1..])];
        return Kinds[name].Config(masters).Build(groups);
    }

    private static OptimizerHelper Peer(string name, Parameter[] parameters)
    {
        ParamGroup[] groups = [Kinds[name].TorchSharp([parameters[0]], FastRate), Kinds[name].TorchSharp(parameters[1..], SlowRate)];
        return groups[0] switch
        {
            SGD.ParamGroup => new SGD(groups.Cast<SGD.ParamGroup>(), FastRate),
            Adam.ParamGroup => new Adam(groups.Cast<Adam.ParamGroup>()),
            AdamW.ParamGroup => new AdamW(groups.Cast<AdamW.ParamGroup>()),
            _ => new RMSProp(groups.Cast<RMSProp.ParamGroup>()),
        };
    }

    private static Parameter[] Parameters(ScalarType type) =>
        [nn.Parameter(Noise(1, 35).reshape(5, 7).to(type)), nn.Parameter(Noise(2, 9).to(type)), nn.Parameter(Noise(3, 9).to(type))];

    private static void Steps(string name, Parameter parameter, int count)
    {
        using var optimizer = Build(name, parameter);
        Steps(optimizer, [parameter], count);
    }

    private static void Steps(MultiTensorOptimizer optimizer, Parameter[] parameters, int count)
    {
        for (var step = 0; step < count; step++)
        {
            Slope(parameters, parameters.Length);
            optimizer.step();
        }
    }

    // Downhill to where each parameter equals the same noise; all but the first so many have no gradient.
    private static void Slope(Parameter[] parameters, int count)
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i].grad = null;
            if (i < count)
            {
                var target = Noise(10, parameters[i].numel()).to(parameters[i].dtype).reshape(parameters[i].shape);
                (parameters[i] - target).pow(2).sum().backward();
            }
        }
    }

    // The same numbers for the same seed, as many as asked for.
    private static Tensor Noise(int seed, long size)
    {
        using var generator = new Generator((ulong)seed);
        return randn([size], generator: generator);
    }

    private static Parameter WithGaps(Tensor values)
    {
        var wide = zeros([values.numel() * 2], values.dtype).as_strided(values.shape, [2]);
        return nn.Parameter(wide.copy_(values));
    }

    private static Parameter ChannelsLast(Tensor values) =>
        nn.Parameter(values.reshape(2, 3, 2, 2).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));

    private static bool Same(Tensor one, Tensor other) => one.equal(other).all().ToBoolean();

    private sealed record Kind(Func<bool, OptimizerConfig> Config, Func<IReadOnlyList<Parameter>, double, ParamGroup> TorchSharp);
}
