using TorchSharp;

namespace FineTune;

/// <summary>A leaf module of a backbone.</summary>
public sealed class Layer
{
    private readonly bool keepsStatistics;
    private bool unfrozen = true;

    internal Layer(int index, string name, torch.nn.Module module, BatchNormMode batchNorm)
    {
        Index = index;
        Name = name;
        Module = module;
        keepsStatistics = batchNorm == BatchNormMode.Inference && RunningStatistics.Has(module);
    }

    /// <summary>Its place in forward order, from 0, parameterless layers counted too.</summary>
    public int Index { get; internal set; }

    /// <summary>
    /// Its path below its backbone, as in <c>layer4.1.conv2</c>; with more than one backbone, the backbone's own
    /// name comes first, and a backbone that is one layer goes by its own.
    /// </summary>
    public string Name { get; }

    /// <summary>The name of its type, as in <c>Conv2d</c>.</summary>
    public string Kind => Module.GetType().Name;

    /// <summary>The module itself.</summary>
    public torch.nn.Module Module { get; }

    /// <summary>
    /// Whether a parameter of this layer trains; for a layer without parameters, whether it stands among the
    /// unfrozen ones.
    /// </summary>
    public bool Trainable
    {
        get
        {
            var any = false;
            foreach (var parameter in Module.parameters())
            {
                if (parameter.requires_grad)
                {
                    return true;
                }

                any = true;
            }

            return !any && unfrozen;
        }
    }

    /// <summary>The number of scalars in its parameters.</summary>
    public long ParameterCount => Module.parameters().Sum(parameter => parameter.numel());

    /// <summary>
    /// Whether the layer computes as in inference even while the model trains: it is frozen, or it normalizes with
    /// statistics that fine-tuning must not overwrite.
    /// </summary>
    public bool StaysInInferenceMode => keepsStatistics || !Trainable;

    /// <summary>
    /// Under which names the model holds parameters of this layer, where it holds one in several places, as with tied weights; empty
    /// where it does not. Known once the model was compiled.
    /// </summary>
    public IReadOnlyList<string> SharedAs { get; internal set; } = [];

    internal bool HasParameters => Module.parameters().Any();

    internal void SetTrainable(bool trainable)
    {
        unfrozen = trainable;
        if (trainable)
        {
            Module.Unfreeze();
        }
        else
        {
            Module.Freeze();
        }
    }

    /// <summary>The layer as one line of a table: <c>Layer 3: layer1.0.conv1 - Trainable: False</c>.</summary>
    public override string ToString() =>
        $"Layer {Index}: {Name} - Trainable: {Trainable}{(SharedAs.Count == 0 ? "" : $" (shared: {string.Join(" = ", SharedAs)})")}";
}
