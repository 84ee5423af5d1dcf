using System.Globalization;
using FineTune.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Checks after each epoch that what is frozen has not moved, buffers included, and that what trains has.
/// </summary>
internal sealed class MovementAudit : IDisposable
{
    // How many times half the distance of two neighbouring numbers an update is that must show: how large it is, is an estimate.
    private const double Margin = 16;

    private readonly CompiledModel compiled;
    private readonly List<string> frozenNames = [];
    private readonly List<Tensor> frozen = [];
    private readonly ulong[] frozenHashes;
    private readonly (string Name, string Group, Parameter Parameter)[] trainable;
    private readonly Parameter[] parameters;

    // What the optimizer has moved already it goes on moving; that it stands still later, says that the steps have become too small: a
    // schedule ends, or gradients have vanished, which moments remember as larger than they are.
    private readonly bool[] hasMoved;
    private ulong[] before = [];
    private double[] rates = [];

    public MovementAudit(CompiledModel compiled)
    {
        this.compiled = compiled;
        trainable =
        [
            .. compiled.OptimizerGroups.SelectMany(group => group.Named.Select(named => (named.Name, group.Name, named.Parameter))),
        ];
        parameters = Array.ConvertAll(trainable, named => named.Parameter);
        hasMoved = [.. compiled.Binding.Optimizer.States.Select(state => state.HasStarted)];
        var inference = new HashSet<torch.nn.Module>(
            compiled.Tunable.Layers.Where(layer => layer.StaysInInferenceMode).Select(layer => layer.Module),
            ReferenceEqualityComparer.Instance);
        var watched = new HashSet<(IntPtr, long)>();
        foreach (var (name, module) in compiled.Model.named_modules().Prepend(("", compiled.Model)))
        {
            var prefix = name.Length == 0 ? "" : $"{name}.";
            foreach (var (own, parameter) in module.named_parameters(false))
            {
                if (!parameter.requires_grad && watched.Add(SharedParameters.IdentityOf(parameter)))
                {
                    Watch($"parameter {prefix}{own}", parameter);
                }
            }

            // A module that is not in training mode when training starts must not be trained, whoever put it there.
            if (inference.Contains(module) || !module.training)
            {
                foreach (var (own, buffer) in module.named_buffers(false))
                {
                    Watch($"buffer {prefix}{own}", buffer);
                }
            }
        }

        frozenHashes = TensorHash.OfEach(frozen);
    }

    /// <summary>The gradients of the epoch under way.</summary>
    public GradientWatch Gradients { get; private set; } = new();

    public void EpochStarts()
    {
        Gradients.Dispose();
        Gradients = new GradientWatch();
        before = TensorHash.OfEach(parameters);
        rates = new double[compiled.LearningRates.Count];
    }

    /// <summary>Takes note of the learning rates that a step used.</summary>
    public void StepTaken()
    {
        for (var i = 0; i < rates.Length; i++)
        {
            rates[i] = Math.Max(rates[i], compiled.LearningRates[i].LearningRate);
        }
    }

    /// <summary>Throws where something frozen moved, or something stood still that must have moved.</summary>
    /// <returns>Warnings of parameters that stood still under gradients that may have been too small.</returns>
    public IReadOnlyList<TrainingWarning> EpochEnds(int epoch)
    {
        var moved = TensorHash.OfEach(frozen).AsSpan().CommonPrefixLength(frozenHashes);
        if (moved < frozen.Count)
        {
            throw new FineTuneException(
                $"The frozen {frozenNames[moved]} changed during epoch {epoch}; something other than the optimizer writes to it: a "
                    + "normalization layer in training mode, a callback, or code that shares the tensor.");
        }

        var warnings = new List<TrainingWarning>();
        var norms = Gradients.Largest(trainable.Length);
        var after = TensorHash.OfEach(parameters);
        for (var i = 0; i < trainable.Length; i++)
        {
            var (name, group, parameter) = trainable[i];
            if (after[i] != before[i])
            {
                hasMoved[i] = true;
                continue;
            }

            if (norms[i] == 0)
            {
                continue;
            }

            var (update, lost) = SizeOfUpdate(parameter, Rate(group), norms[i]);
            if (update > Margin * lost)
            {
                if (hasMoved[i])
                {
                    continue;
                }

                throw new FineTuneException(
                    $"The parameter {name} received gradients in epoch {epoch} but did not move: the optimizer updates "
                        + "another tensor than the model computes with.");
            }

            // Nothing is lost: it adds up in the optimizer's copy until it shows.
            if (compiled.Binding.Optimizer.States[i].HasMaster)
            {
                continue;
            }

            // Of one element, as one knows numbers.
            var each = Math.Sqrt(parameter.numel());
            warnings.Add(new TrainingWarning(WarningKind.ParameterUnmoved, string.Create(
                CultureInfo.InvariantCulture,
                $"The parameter {name} did not move in epoch {epoch}: a step of about {update / each:0.#e+0} is lost in "
                    + $"rounding, as numbers of its size and type {parameter.dtype} lie {2 * lost / each:0.#e+0} apart (gradients of "
                    + $"norm {norms[i]:0.#e+0}, a learning rate of {Rate(group):0.#e+0}). {Advice(parameter.dtype)}")));
        }

        return warnings;
    }

    public void Dispose() => Gradients.Dispose();

    private void Watch(string name, Tensor tensor)
    {
        frozenNames.Add(name);
        frozen.Add(tensor);
    }

    private double Rate(string group)
    {
        for (var i = 0; i < rates.Length; i++)
        {
            if (compiled.LearningRates[i].Name == group)
            {
                return rates[i];
            }
        }

        return 0;
    }

    private static string Advice(ScalarType type) => type is ScalarType.BFloat16 or ScalarType.Float16
        ? "Let the optimizer keep master weights (masterWeights: true), train in Float32, or raise the learning rate."
        : "Raise the learning rate, or freeze it.";

    // About how large an update is at most, and what is lost of one in rounding: half the distance of two neighbouring numbers.
    private (double Update, double Lost) SizeOfUpdate(Parameter parameter, double rate, double gradientNorm)
    {
        using var scope = torch.NewDisposeScope();
        var norm = parameter.detach().to_type(ScalarType.Float64).norm().ToDouble();
        var epsilon = parameter.dtype switch
        {
            ScalarType.BFloat16 => 1 / 128.0,
            ScalarType.Float16 => 1 / 1024.0,
            ScalarType.Float64 => double.BitIncrement(1) - 1,
            _ => float.BitIncrement(1) - 1,
        };
        var isFree = compiled.OptimizerConfig.IsScaleFree;
        var update = !isFree ? rate * gradientNorm : gradientNorm > 1e-6 ? rate * Math.Sqrt(parameter.numel()) : 0;
        return (update, norm * epsilon / 2);
    }
}
