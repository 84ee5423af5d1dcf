using System.Runtime.InteropServices;

using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>Which of libtorch's optimizers; the order is that of <c>ft_optimizer_new</c>.</summary>
internal enum OptimizerKind { SGD, Adam, AdamW, RMSprop, Adagrad }

/// <summary>What an optimizer has gathered about one parameter. An entry that it does not use is null.</summary>
/// <param name="Step">Steps taken (SGD does not count them: 0).</param>
/// <param name="Tensors">
/// SGD: momentum_buffer. Adam, AdamW: exp_avg, exp_avg_sq, max_exp_avg_sq. RMSprop: square_avg,
/// momentum_buffer, grad_avg. Adagrad: sum. The tensors are the optimizer's own, not copies.
/// </param>
internal readonly record struct ParameterState(long Step, Tensor?[] Tensors);

/// <summary>
/// One of libtorch's own optimizers. The options of a group are a row of numbers (truth values as 0 and 1):
/// <list type="bullet">
/// <item>SGD: lr, momentum, dampening, weight_decay, nesterov</item>
/// <item>Adam, AdamW: lr, beta1, beta2, eps, weight_decay, amsgrad</item>
/// <item>RMSprop: lr, alpha, eps, weight_decay, momentum, centered</item>
/// <item>Adagrad: lr, lr_decay, weight_decay, initial_accumulator_value, eps</item>
/// </list>
/// It holds its parameters, so it may outlive the objects they were given as.
/// </summary>
internal sealed unsafe class NativeOptimizer : IDisposable
{
    private const int MostTensors = 3;

    private readonly OptimizerKind kind;
    private nint handle;

    /// <summary>An optimizer without parameters.</summary>
    public NativeOptimizer(OptimizerKind kind)
    {
        this.kind = kind;
        nint created;
        Native.Check(Native.ft_optimizer_new((int)kind, &created));
        this.handle = created;
    }

    ~NativeOptimizer() => Free();

    private int OptionCount => this.kind is OptimizerKind.SGD or OptimizerKind.Adagrad ? 5 : 6;

    private int TensorCount => this.kind is OptimizerKind.SGD or OptimizerKind.Adagrad ? 1 : 3;

    private nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(this.handle == 0, this);
            return this.handle;
        }
    }

    /// <summary>Adds a group; its index is the number of groups before.</summary>
    /// <exception cref="ExternalException">A parameter is no leaf, or is in another group already.</exception>
    public void AddGroup(IReadOnlyList<Tensor> parameters, ReadOnlySpan<double> options)
    {
        Require(options);
        nint[] handles = [.. parameters.Select(parameter => (nint)parameter.Handle)];
        byte* error;
        fixed (nint* first = handles)
        fixed (double* values = options)
            error = Native.ft_optimizer_add_group(Handle, first, handles.Length, values);
        GC.KeepAlive(parameters);
        GC.KeepAlive(this);
        Native.Check(error);
    }

    public double[] Options(int group)
    {
        var options = new double[OptionCount];
        byte* error;
        fixed (double* values = options) error = Native.ft_optimizer_options(Handle, group, values);
        GC.KeepAlive(this);
        Native.Check(error);
        return options;
    }

    public void SetOptions(int group, ReadOnlySpan<double> options)
    {
        Require(options);
        byte* error;
        fixed (double* values = options) error = Native.ft_optimizer_set_options(Handle, group, values);
        GC.KeepAlive(this);
        Native.Check(error);
    }

    public ParameterState State(Tensor parameter)
    {
        nint* tensors = stackalloc nint[MostTensors];
        new Span<nint>(tensors, MostTensors).Clear();
        long step;
        byte* error = Native.ft_optimizer_state(Handle, parameter.Handle, tensors, &step);
        GC.KeepAlive(parameter);
        GC.KeepAlive(this);
        Native.Check(error);
        var found = new Tensor?[TensorCount];
        for (int i = 0; i < found.Length; i++) found[i] = tensors[i] == 0 ? null : new Tensor(tensors[i]);
        return new ParameterState(step, found);
    }

    /// <summary>Replaces the state of one parameter; the optimizer shares the tensors, and does not copy them.</summary>
    public void SetState(Tensor parameter, ParameterState state)
    {
        nint* tensors = stackalloc nint[MostTensors];
        for (int i = 0; i < MostTensors; i++) tensors[i] = i < state.Tensors.Length && state.Tensors[i] is { } tensor ? tensor.Handle : 0;
        byte* error = Native.ft_optimizer_set_state(Handle, parameter.Handle, tensors, state.Step);
        GC.KeepAlive(parameter);
        GC.KeepAlive(state.Tensors);
        GC.KeepAlive(this);
        Native.Check(error);
    }

    /// <summary>One step over all parameters that have a gradient.</summary>
    public void Step()
    {
        byte* error = Native.ft_optimizer_step(Handle);
        GC.KeepAlive(this);
        Native.Check(error);
    }

    public void ZeroGrad(bool setToNone)
    {
        byte* error = Native.ft_optimizer_zero_grad(Handle, setToNone);
        GC.KeepAlive(this);
        Native.Check(error);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Interlocked.Exchange(ref this.handle, 0) is var owned and not 0) Native.ft_optimizer_release(owned);
    }

    private void Require(ReadOnlySpan<double> options)
    {
        if (options.Length != OptionCount) throw new ArgumentException($"{this.kind} takes {OptionCount} options, not {options.Length}.");
    }
}
