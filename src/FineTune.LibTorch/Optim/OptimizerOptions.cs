namespace TorchSharp.Modules;

/// <summary>The hyper-parameters of a group. What is null is taken from the optimizer when the group is added.</summary>
public class OptimizerOptions
{
    public double? LearningRate { get; set; }

    public double InitialLearningRate { get; set; }

    public virtual void SaveStateDict(BinaryWriter writer)
    {
        writer.Write(InitialLearningRate);
        writer.Write(LearningRate!.Value);
        Visit(new Save(writer), this);
    }

    public virtual void LoadStateDict(BinaryReader reader)
    {
        InitialLearningRate = reader.ReadDouble();
        LearningRate = reader.ReadDouble();
        Visit(new Load(reader), this);
    }

    public virtual void LoadStateDict(OptimizerOptions source)
    {
        InitialLearningRate = source.InitialLearningRate;
        LearningRate = source.LearningRate;
        Visit(new Copy(), source);
    }

    internal void Complete(OptimizerOptions defaults)
    {
        LearningRate ??= defaults.LearningRate;
        InitialLearningRate = LearningRate!.Value;
        Visit(new FillIn(), defaults);
    }

    // The learning rate, then the others in the order of a visit.
    internal void ToNative(List<double> numbers)
    {
        numbers.Add(LearningRate!.Value);
        Visit(new Collect(numbers), this);
    }

    /// <summary>Visits every option but the learning rate, in the order of TorchSharp's files.</summary>
    private protected virtual void Visit<TVisitor>(TVisitor visitor, OptimizerOptions other) where TVisitor : IVisitor { }

    private protected interface IVisitor
    {
        public void Visit(ref double? option, double? other);

        public void Visit(ref bool? option, bool? other);
    }

    private readonly struct Save(BinaryWriter writer) : IVisitor
    {
        public void Visit(ref double? option, double? other) => writer.Write(option!.Value);

        public void Visit(ref bool? option, bool? other) => writer.Write(option!.Value);
    }

    private readonly struct Load(BinaryReader reader) : IVisitor
    {
        public void Visit(ref double? option, double? other) => option = reader.ReadDouble();

        public void Visit(ref bool? option, bool? other) => option = reader.ReadBoolean();
    }

    private readonly struct Copy : IVisitor
    {
        public void Visit(ref double? option, double? other) => option = other;

        public void Visit(ref bool? option, bool? other) => option = other;
    }

    private readonly struct FillIn : IVisitor
    {
        public void Visit(ref double? option, double? other) => option ??= other;

        public void Visit(ref bool? option, bool? other) => option ??= other;
    }

    private readonly struct Collect(List<double> numbers) : IVisitor
    {
        public void Visit(ref double? option, double? other) => numbers.Add(option!.Value);

        public void Visit(ref bool? option, bool? other) => numbers.Add(option!.Value ? 1 : 0);
    }
}
