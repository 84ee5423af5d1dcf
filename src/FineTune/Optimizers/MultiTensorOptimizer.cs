using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// An optimizer that steps all parameters of a group in one native call, where TorchSharp's own take some calls and make
/// some temporaries for each parameter. A parameter without a gradient is left out of a step, and of its count.
/// </summary>
/// <remarks>
/// State is kept by parameter, see <see cref="OptimizerMoments"/>. To TorchSharp it is an optimizer as any: its learning
/// rate schedulers work on the groups, and state is saved and loaded by the parameters' positions.
/// </remarks>
internal abstract class MultiTensorOptimizer : OptimizerHelper
{
    private readonly ParameterState[] states;
    private readonly bool hasMasters;

    /// <summary>Parameters of one group, on one device and stepped in one type: what one native call takes.</summary>
    private readonly (Group Group, ParameterState[] States)[] lists;

    /// <param name="groups">The groups, each parameter in one of them.</param>
    /// <param name="masterWeights">Whether parameters in half precision are stepped in single precision.</param>
    /// <param name="moments">What is remembered of each parameter, under PyTorch's names.</param>
    protected MultiTensorOptimizer(IReadOnlyList<OptimizerGroup> groups, bool masterWeights, params string[] moments)
    {
        var index = 0;
        var grouped = groups.Select(group => (
            Group: new Group(group),
            States: group.Named.Select(named =>
                new ParameterState(index++, named.Name, named.Parameter, moments, masterWeights)).ToArray())).ToArray();
        _parameter_groups = [.. grouped.Select(pair => pair.Group)];
        states = [.. grouped.SelectMany(pair => pair.States)];
        hasMasters = Array.Exists(states, state => state.HasMaster);
        lists = [.. grouped.SelectMany(pair => pair.States
            .GroupBy(state => (state.Parameter.device_type, state.Parameter.device_index, state.Type))
            .Select(alike => (pair.Group, alike.ToArray())))];
        foreach (var state in states)
        {
            _state[state.Parameter.Handle] = state;
        }
    }

    /// <summary>What is known of each parameter, group by group. Gradients are handed over in this order.</summary>
    public IReadOnlyList<ParameterState> States => states;

    /// <summary>Takes a step.</summary>
    /// <param name="closure">Computes the loss and its gradients, if they are not there yet.</param>
    /// <returns>What <paramref name="closure"/> returned.</returns>
    public override Tensor? step(Func<Tensor>? closure = null)
    {
        Tensor? loss = null;
        if (closure is not null)
        {
            using var gradients = torch.enable_grad();
            loss = closure();
        }

        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        Step(Array.ConvertAll(states, state => state.Parameter.grad));
        return loss;
    }

    /// <summary>Takes a step along gradients that the caller has fetched, with gradients off.</summary>
    /// <param name="gradients">The gradient of each parameter, in the order of <see cref="States"/>; null where there is none.</param>
    public void Step(Tensor?[] gradients)
    {
        foreach (var (group, alike) in lists)
        {
            Step(group, alike, gradients, first: false);

            // Apart, as SGD's momentum begins otherwise than it goes on.
            Step(group, alike, gradients, first: true);
        }
    }

    /// <exception cref="NotSupportedException">Always: the set of parameters is fixed.</exception>
    public override void add_param_group(ParamGroup param_group) =>
        throw new NotSupportedException("The parameters of a compiled optimizer are fixed; change what is trainable, and recompile.");

    /// <summary>One native call.</summary>
    /// <param name="lists">The parameters, which have gradients.</param>
    /// <param name="group">Their group.</param>
    /// <param name="first">Whether it is the first step of each.</param>
    /// <param name="fused">Whether libtorch's fused operator may take them.</param>
    protected abstract void Step(StepLists lists, Group group, bool first, bool fused);

    /// <summary>Whether libtorch's fused operator steps such a parameter: where that was never tried, the formula does.</summary>
    protected virtual bool IsFused(DeviceType device, ScalarType type) =>
        device is DeviceType.CPU or DeviceType.CUDA && type is ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var state in states)
            {
                state.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private void Step(Group group, ParameterState[] alike, Tensor?[] gradients, bool first)
    {
        var active = Array.FindAll(alike, state => gradients[state.Index] is not null && state.HasStarted != first);
        if (active.Length == 0)
        {
            return;
        }

        if (first)
        {
            Array.ForEach(active, state => state.Start());
        }

        var mastered = hasMasters ? Array.FindAll(active, state => state.HasMaster) : [];
        var weights = Array.ConvertAll(mastered, state => (Tensor)state.Parameter);
        var masters = Array.ConvertAll(mastered, state => state.Stepped);
        if (mastered.Length > 0)
        {
            Operators.Follow(masters, weights);
        }

        Step(new StepLists(active, gradients), group, first, IsFused(active[0].Parameter.device_type, active[0].Type));
        if (mastered.Length > 0)
        {
            Operators.Copy(weights, masters);
        }
    }

    /// <summary>A group with its options as TorchSharp's learning rate schedulers want them.</summary>
    protected sealed class Group : ParamGroup
    {
        public Group(OptimizerGroup group)
        {
            Parameters = group.Parameters;
            Options = new OptimizerOptions { LearningRate = group.LearningRate, InitialLearningRate = group.LearningRate };
            WeightDecay = group.WeightDecay;
        }

        public double WeightDecay { get; }
    }
}
