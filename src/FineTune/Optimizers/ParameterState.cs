using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>What an optimizer remembers of one parameter: nothing before the first step that it takes.</summary>
internal sealed class ParameterState : TorchSharp.Modules.OptimizerState, IDisposable
{
    /// <summary>The moment that counts steps: one number, where the others have the parameter's shape.</summary>
    public const string Step = "step";

    /// <summary>The moment that is the parameter itself in single precision: what steps that half precision would lose add up in.</summary>
    public const string Master = "master";

    private readonly string[] moments;
    private Tensor[] tensors = [];

    /// <param name="index">The parameter's position among all of the optimizer's.</param>
    /// <param name="name">Its full name.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="moments">The names of what is remembered, those of PyTorch.</param>
    /// <param name="masterWeights">Whether a parameter in half precision has a <see cref="Master"/>.</param>
    public ParameterState(int index, string name, Parameter parameter, string[] moments, bool masterWeights)
        : base(parameter)
    {
        Index = index;
        Name = name;
        Parameter = parameter;
        HasMaster = masterWeights && parameter.dtype is ScalarType.BFloat16 or ScalarType.Float16;
        this.moments = HasMaster ? [.. moments, Master] : moments;
    }

    public int Index { get; }

    public string Name { get; }

    public Parameter Parameter { get; }

    public bool HasStarted { get; private set; }

    public bool HasMaster { get; }

    /// <summary>The type that steps are computed in.</summary>
    public ScalarType Type => HasMaster ? ScalarType.Float32 : Parameter.dtype;

    /// <summary>What steps move: the parameter, or its master.</summary>
    public Tensor Stepped => HasMaster ? Moment(Master) : Parameter;

    /// <summary>Each moment by its name; none before the first step.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Moments => moments.Zip(tensors);

    /// <summary>A moment of a parameter that has started.</summary>
    public Tensor Moment(string name) => tensors[Array.IndexOf(moments, name)];

    /// <summary>Begins with zeros, and with the parameter as it is.</summary>
    public void Start() => Set(moment => moment switch
    {
        Step => torch.zeros([], dtype: ScalarType.Float32, device: Parameter.device),
        Master => Parameter.detach().to_type(Type),
        _ => torch.zeros_like(Parameter, dtype: Type),
    });

    /// <summary>Takes over copies of moments.</summary>
    /// <param name="moment">A moment by its name.</param>
    public void Copy(Func<string, Tensor> moment) => Set(name =>
        moment(name).detach().to(name == Step ? ScalarType.Float32 : Type, Parameter.device, copy: true));

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        foreach (var tensor in tensors)
        {
            tensor.Dispose();
        }

        tensors = [];
        HasStarted = false;
    }

    public override void Initialize(OptimizerOptions options) => Reset();

    public override void SaveStateDict(BinaryWriter writer)
    {
        writer.Write(HasStarted);
        foreach (var tensor in tensors)
        {
            tensor.Save(writer);
        }
    }

    public override void LoadStateDict(BinaryReader reader)
    {
        Reset();
        if (reader.ReadBoolean())
        {
            Start();
            for (var i = 0; i < tensors.Length; i++)
            {
                tensors[i].Load(reader);
            }
        }
    }

    public override void LoadStateDict(TorchSharp.Modules.OptimizerState source)
    {
        var other = (ParameterState)source;
        Reset();
        if (other.HasStarted)
        {
            Copy(other.Moment);
        }
    }

    public void Dispose() => Reset();

    private void Set(Func<string, Tensor> moment)
    {
        using var scope = torch.NewDisposeScope();
        var made = Array.ConvertAll(moments, name => moment(name).DetachFromDisposeScope());
        Reset();
        tensors = made;
        HasStarted = true;
    }
}
