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
        var parameters = new List<Parameter>();
        var states = new List<OptimizerState>();
        var options = new List<double>();
        var sizes = new long[this._parameter_groups.Count];
        for (int i = 0; i < sizes.Length; ++i)
        {
            var group = this._parameter_groups[i];
            options.AddRange(group.Options.ToNative());
            int before = parameters.Count;
            parameters.AddRange(group.Parameters);
            sizes[i] = parameters.Count - before;
            for (int j = before; j < parameters.Count; ++j)
                states.Add(StateOf(parameters[j], group.Options));
        }
        if (parameters.Count == 0)
            return;

        int slots = states[0].Slots;
        var handles = new nint[parameters.Count];
        var stateHandles = new nint[parameters.Count * slots];
        var steps = new long[parameters.Count];
        for (int i = 0; i < handles.Length; ++i)
        {
            handles[i] = parameters[i].Handle;
            steps[i] = states[i].Steps ?? 0;
            for (int slot = 0; slot < slots; ++slot)
                stateHandles[i * slots + slot] = states[i].Slot(slot)?.Handle ?? 0;
        }

        fixed (double* firstOption = options.ToArray())
        fixed (long* firstSize = sizes, firstStep = steps)
        fixed (nint* firstHandle = handles, firstState = stateHandles)
            Native.Check(Native.ft_optimizer_step((int)this.algorithm, firstOption, firstSize, sizes.Length, firstHandle, firstState, firstStep));

        for (int i = 0; i < handles.Length; ++i)
        {
            if (states[i].Steps is not null)
                states[i].Steps = steps[i];
            for (int slot = 0; slot < slots; ++slot)
                if (stateHandles[i * slots + slot] is var handle && handle != (states[i].Slot(slot)?.Handle ?? 0))
                    states[i].Replace(slot, new Tensor(handle));
        }
        GC.KeepAlive(parameters);
    }
}
