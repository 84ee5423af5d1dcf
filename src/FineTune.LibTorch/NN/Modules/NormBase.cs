using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What normalizations with running statistics have in common: scale and shift, mean and variance so far.</summary>
public abstract class NormBase : nn.Module<Tensor, Tensor>
{
    private protected NormBase(
        string name, long features, double eps, double? momentum, bool affine, bool track, Device? device, ScalarType? dtype)
        : base(name)
    {
        (Eps, Momentum) = (eps, momentum);
        if (affine)
        {
            weight = nn.Parameter(ones([features], dtype, device));
            bias = nn.Parameter(zeros([features], dtype, device));
        }
        if (track)
        {
            running_mean = zeros([features], dtype, device);
            running_var = ones([features], dtype, device);
            num_batches_tracked = zeros([], ScalarType.Int64, device);
        }
    }

    public Parameter? weight { get; set => SetParameter(ref field, value); }

    public Parameter? bias { get; set => SetParameter(ref field, value); }

    public Tensor? running_mean { get; set => SetBuffer(ref field, value); }

    public Tensor? running_var { get; set => SetBuffer(ref field, value); }

    public Tensor? num_batches_tracked { get; private set => SetBuffer(ref field, value); }

    internal double Eps { get; }

    // Null: the running statistics are the mean over all batches.
    private protected double? Momentum { get; }

    public void reset_running_stats()
    {
        if (running_mean is null)
            return;
        nn.init.zeros_(running_mean);
        nn.init.ones_(running_var!);
        nn.init.zeros_(num_batches_tracked!);
    }

    /// <exception cref="ArgumentException">The input has a number of dimensions that the layer is not for.</exception>
    protected abstract void ValidateInputDimensions(Tensor input);

    private protected static void Expect(Tensor input, bool fits, string dimensions)
    {
        if (!fits)
            throw new ArgumentException($"expected {dimensions} input, but got {input.dim()}D input.");
    }
}
