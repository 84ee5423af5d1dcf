using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>What an optimizer remembers of one parameter: nothing before the first step that it takes.</summary>
internal sealed class ParameterState : TorchSharp.Modules.OptimizerState, IDisposable
{
    /// <summary>The moment that counts steps: one number, where the others have the parameter's shape.</summary>
    public const string Step = "step";

    private readonly string[] moments;
    private Tensor[] tensors = [];

    /// <param name="index">The parameter's position among all of the optimizer's.</param>
    /// <param name="name">Its full name.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="moments">The names of what is remembered, those of PyTorch.</param>
    public ParameterState(int index, string name, Parameter parameter, string[] moments)
        : base(parameter)
    {
        Index = index;
        Name = name;
        Parameter = parameter;
        this.moments = moments;
    }

    public int Index { get; }

    public string Name { get; }

    public Parameter Parameter { get; }

    public bool HasStarted { get; private set; }

    /// <summary>Each moment by its name; none before the first step.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Moments => moments.Zip(tensors);

    /// <summary>A moment of a parameter that has started.</summary>
    public Tensor Moment(string name) => tensors[Array.IndexOf(moments, name)];

    /// <summary>Begins with zeros.</summary>
    public void Start() => Set(moment => moment == Step
        ? torch.zeros([], dtype: ScalarType.Float32, device: Parameter.device)
        : torch.zeros_like(Parameter));

    /// <summary>Takes over copies of moments.</summary>
    /// <param name="moment">A moment by its name.</param>
    public void Copy(Func<string, Tensor> moment) => Set(name => moment(name).to(Parameter.device, copy: true));

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
