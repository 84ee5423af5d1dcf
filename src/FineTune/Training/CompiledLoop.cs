using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// A model of several inputs or outputs bound to an optimizer, for a training loop of one's own that computes the loss.
/// As with a <see cref="CompiledModel"/>, what is trainable is fixed here: change it afterwards and the loop is stale.
/// </summary>
/// <remarks>
/// Made by the <c>Compile</c> of an annotated model that is no <c>Module&lt;Tensor, Tensor&gt;</c>, and made anew by its
/// <c>Recompile</c>. The model stays the caller's to dispose of.
/// </remarks>
public sealed class CompiledLoop
{
    private readonly OptimizerBinding binding;
    private readonly GradientStep step;

    private CompiledLoop(OptimizerBinding binding)
    {
        this.binding = binding;
        step = new GradientStep(binding, new FitOptions());
    }

    /// <summary>The model.</summary>
    public nn.Module Model => binding.Model;

    /// <summary>The phase that was compiled for.</summary>
    public Phase Phase => binding.Phase;

    /// <summary>The optimizer, over exactly what was trainable at the compile.</summary>
    public OptimizerHelper Optimizer => binding.Optimizer;

    /// <summary>The parameters that train, by member, each with full names.</summary>
    public IReadOnlyList<ParameterGroup> ParameterGroups => binding.ParameterGroups;

    /// <summary>The learning rate of each group as it is now.</summary>
    public IReadOnlyList<LearningRateGroup> LearningRates => binding.LearningRates;

    /// <summary>Whether what is trainable changed since the compile. Changing it back makes it fresh again.</summary>
    public bool IsStale => binding.IsStale;

    /// <summary>What the compile itself has to say.</summary>
    public IReadOnlyList<TrainingWarning> Warnings => binding.Warnings;

    /// <summary>Binds an annotated model as it is trainable now. Generated code calls it.</summary>
    /// <exception cref="FineTuneException">Nothing is trainable.</exception>
    public static CompiledLoop Compile<TModel>(TModel model, OptimizerConfig optimizer)
        where TModel : nn.Module, IFineTunable
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        return new CompiledLoop(OptimizerBinding.Of(model, optimizer));
    }

    /// <inheritdoc cref="CompiledModel.Recompile(double?, bool)"/>
    public CompiledLoop Recompile(double? learningRate = null, bool keepOptimizerState = false) =>
        new(binding.Again(learningRate, keepOptimizerState));

    /// <summary>
    /// One optimizer step: the loss, backward, the check that loss and gradients are finite, step. The model is put into
    /// training mode before the loss is computed; frozen layers stay in inference mode.
    /// </summary>
    /// <param name="loss">Computes the mean loss of a batch, a tensor of one value; it and what it came from are disposed of here.</param>
    /// <exception cref="ArgumentException">The loss is not one value, or no parameter that trains had a part in it.</exception>
    /// <exception cref="StaleCompilationException">What is trainable changed since the compile.</exception>
    /// <exception cref="NonFiniteException">The loss or a gradient was not finite. The weights are.</exception>
    public StepResult TrainStep(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        binding.ThrowIfStale();
        OptimizerAudit.Check(binding);
        return new StepResult(step.Add(loss), step.Apply(null));
    }
}
