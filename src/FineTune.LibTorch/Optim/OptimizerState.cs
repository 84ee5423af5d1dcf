using TorchSharp.Tensors;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What an optimizer remembers of one parameter: a few tensors of its shape and, for most, the number of steps.</summary>
public abstract class OptimizerState : IDisposable
{
    private readonly Parameter parameter;

    private protected OptimizerState(Parameter parameter) => this.parameter = parameter;

    // Null if steps are not counted.
    internal abstract long? Steps { get; set; }

    internal abstract int Slots { get; }

    internal abstract ref Tensor? Slot(int index);

    // Slots before this one are never null.
    private protected abstract int FirstOptionalSlot { get; }

    private protected Tensor Filled(double value) => full_like(this.parameter, value, requires_grad: false).DetachFromDisposeScope();

    public virtual void SaveStateDict(BinaryWriter writer)
    {
        if (Steps is { } steps)
            writer.Write(steps);
        for (int i = 0; i < Slots; ++i)
        {
            var tensor = Slot(i);
            if (i >= FirstOptionalSlot)
                writer.Write(tensor is not null);
            tensor?.Save(writer);
        }
    }

    public virtual void LoadStateDict(BinaryReader reader)
    {
        if (Steps is not null)
            Steps = reader.ReadInt64();
        for (int i = 0; i < Slots; ++i)
        {
            bool present = i < FirstOptionalSlot || reader.ReadBoolean();
            Replace(i, present ? TensorFormat.Read(reader) : null);
        }
    }

    public virtual void LoadStateDict(OptimizerState source)
    {
        Steps = source.Steps;
        for (int i = 0; i < Slots; ++i)
            Replace(i, source.Slot(i)?.clone());
    }

    public virtual bool ApproximatelyEquals(OptimizerState other)
    {
        if (other.GetType() != GetType() || other.Steps != Steps)
            return false;
        for (int i = 0; i < Slots; ++i)
        {
            var (own, others) = (Slot(i), other.Slot(i));
            if (own is null || others is null ? !ReferenceEquals(own, others) : !own.allclose(others))
                return false;
        }
        return true;
    }

    public virtual void to(Device device)
    {
        for (int i = 0; i < Slots; ++i)
            if (Slot(i) is { } tensor && tensor.device != device)
                Replace(i, tensor.to(device));
    }

    public void Dispose()
    {
        for (int i = 0; i < Slots; ++i)
            Replace(i, null);
        GC.SuppressFinalize(this);
    }

    internal void Replace(int index, Tensor? tensor)
    {
        ref var slot = ref Slot(index);
        slot?.Dispose();
        slot = tensor?.DetachFromDisposeScope();
    }
}
