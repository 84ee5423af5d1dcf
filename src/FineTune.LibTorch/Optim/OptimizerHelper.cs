using System.Runtime.InteropServices;
using TorchSharp.Interop;
using TorchSharp.Tensors;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What all optimizers share: groups, state by parameter, their files, and the one native call of a step.</summary>
public abstract class OptimizerHelper : optim.Optimizer
{
    private readonly Dictionary<Parameter, OptimizerState> states = new(ReferenceEqualityComparer.Instance);
    private readonly Algorithm algorithm;
    private protected readonly OptimizerOptions Defaults;

    // What a step hands over, kept for the next one.
    private readonly List<Parameter> stepped = [];
    private readonly List<OptimizerState> steppedStates = [];
    private readonly List<double> numbers = [];
    private long[] sizes = [], steps = [];
    private nint[] handles = [], stateHandles = [];

    private protected OptimizerHelper(Algorithm algorithm, OptimizerOptions defaults, IEnumerable<ParamGroup> groups)
    {
        (this.algorithm, Defaults) = (algorithm, defaults);
        foreach (var group in groups)
            add_param_group(group);
    }

    /// <summary>The order is that of <c>Algorithm</c> in native/optimizers.cpp.</summary>
    private protected enum Algorithm
    {
        SGD,
        Adam,
        AdamW,
        RMSProp,
        Adagrad,
    }

    private protected abstract OptimizerOptions NewOptions();

    private protected abstract OptimizerState NewState(Parameter parameter, OptimizerOptions options);

    public override void add_param_group(ParamGroup param_group)
    {
        param_group.Options ??= NewOptions();
        param_group.Options.Complete(Defaults);
        this._parameter_groups.Add(param_group);
        foreach (var parameter in param_group.Parameters)
            StateOf(parameter, param_group.Options);
    }

    public override IEnumerable<Parameter> parameters() => this._parameter_groups.SelectMany(group => group.Parameters);

    public override void zero_grad()
    {
        foreach (var parameter in parameters())
            parameter.ResetGrad(set_to_none: false);
    }

    public override Tensor? step(Func<Tensor>? closure = null)
    {
        Tensor? loss = null;
        if (closure is not null)
            using (enable_grad())
                loss = closure();
        StepAll();
        return loss;
    }

    public virtual StateDictionary state_dict()
    {
        var result = new StateDictionary();
        foreach (var group in this._parameter_groups)
        {
            result.Options.Add(group.Options);
            result.State.AddRange(group.Parameters.Select(parameter => StateOf(parameter, group.Options)));
        }
        return result;
    }

    /// <exception cref="ArgumentException">The other optimizer has other groups, or another number of parameters.</exception>
    public virtual void load_state_dict(StateDictionary state_dict)
    {
        var own = this.state_dict();
        CheckCounts(own, state_dict.Options.Count, state_dict.State.Count);
        foreach (var (options, source) in own.Options.Zip(state_dict.Options))
            if (options != source)
                options.LoadStateDict(source);
        foreach (var (state, source) in own.State.Zip(state_dict.State))
            if (state != source)
                state.LoadStateDict(source);
    }

    public void save_state_dict(string location)
    {
        using var writer = new BinaryWriter(File.Create(location));
        save_state_dict(writer);
    }

    public void save_state_dict(BinaryWriter writer)
    {
        var state = state_dict();
        writer.Write(GetType().Name);
        writer.WriteCompact(state.Options.Count);
        writer.WriteCompact(state.State.Count);
        state.Options.ForEach(options => options.SaveStateDict(writer));
        state.State.ForEach(entry => entry.SaveStateDict(writer));
    }

    public void load_state_dict(string location)
    {
        using var reader = new BinaryReader(File.OpenRead(location));
        load_state_dict(reader);
    }

    /// <exception cref="InvalidDataException">The state is that of another kind of optimizer.</exception>
    /// <exception cref="ArgumentException">It has other groups, or another number of parameters.</exception>
    public void load_state_dict(BinaryReader reader)
    {
        string kind = reader.ReadString();
        if (kind != GetType().Name)
            throw new InvalidDataException($"Mismatched optimizer type: expected '{GetType().Name}', but found '{kind}' in the loaded stream.");
        var state = state_dict();
        CheckCounts(state, reader.ReadCompact(), reader.ReadCompact());
        state.Options.ForEach(options => options.LoadStateDict(reader));
        state.State.ForEach(entry => entry.LoadStateDict(reader));
    }

    public void to(Device device)
    {
        foreach (var state in this.states.Values)
            state.to(device);
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        foreach (var state in this.states.Values)
            state.Dispose();
        this.states.Clear();
    }

    private static void CheckCounts(StateDictionary own, long groups, long states)
    {
        if (groups != own.Options.Count)
            throw new ArgumentException("Invalid optimizer state -- different number of parameter groups.");
        if (states != own.State.Count)
            throw new ArgumentException("Invalid optimizer state -- different number of states.");
    }

    private OptimizerState StateOf(Parameter parameter, OptimizerOptions options)
    {
        if (!this.states.TryGetValue(parameter, out var state))
            this.states.Add(parameter, state = NewState(parameter, options));
        return state;
    }

    // A group may have been given a query: it is run again at each step, as in TorchSharp.
    private unsafe void StepAll()
    {
        this.stepped.Clear();
        this.steppedStates.Clear();
        this.numbers.Clear();
        Array.Resize(ref this.sizes, this._parameter_groups.Count);
        for (int i = 0; i < this.sizes.Length; ++i)
        {
            var group = this._parameter_groups[i];
            group.Options.ToNative(this.numbers);
            int before = this.stepped.Count;
            foreach (var parameter in group.Parameters)
            {
                this.stepped.Add(parameter);
                this.steppedStates.Add(StateOf(parameter, group.Options));
            }
            this.sizes[i] = this.stepped.Count - before;
        }
        if (this.stepped.Count == 0)
            return;

        int count = this.stepped.Count, slots = this.steppedStates[0].Slots;
        Array.Resize(ref this.handles, count);
        Array.Resize(ref this.stateHandles, count * slots);
        Array.Resize(ref this.steps, count);
        for (int i = 0; i < count; ++i)
        {
            var state = this.steppedStates[i];
            this.handles[i] = this.stepped[i].Handle;
            this.steps[i] = state.Steps ?? 0;
            for (int slot = 0; slot < slots; ++slot)
                this.stateHandles[i * slots + slot] = state.Slot(slot)?.Handle ?? 0;
        }

        fixed (double* firstOption = CollectionsMarshal.AsSpan(this.numbers))
        fixed (long* firstSize = this.sizes, firstStep = this.steps)
        fixed (nint* firstHandle = this.handles, firstState = this.stateHandles)
            Native.Check(Native.ft_optimizer_step((int)this.algorithm, firstOption, firstSize, this.sizes.Length, firstHandle, firstState, firstStep));

        for (int i = 0; i < count; ++i)
        {
            var state = this.steppedStates[i];
            if (state.Steps is not null)
                state.Steps = this.steps[i];
            for (int slot = 0; slot < slots; ++slot)
                if (this.stateHandles[i * slots + slot] is var handle && handle != (state.Slot(slot)?.Handle ?? 0))
                    state.Replace(slot, new Tensor(handle));
        }
    }
}
