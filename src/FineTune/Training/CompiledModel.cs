using FineTune.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

/// <summary>
/// A model bound to an optimizer, a loss and metrics. What is trainable is fixed here: change it afterwards and the
/// compiled model is stale, which <see cref="Fit"/> and <see cref="TrainStep(Tensors, Tensors)"/> refuse to train.
/// </summary>
/// <remarks>
/// Made by the <c>Compile</c> of an annotated model, and made anew by its <c>Recompile</c>. The model stays the
/// caller's to dispose of.
/// </remarks>
public sealed class CompiledModel
{
    private readonly OptimizerBinding binding;
    private TrainingStep? ownLoop;

    private CompiledModel(OptimizerBinding binding, Loss loss, IReadOnlyList<Metric> metrics, TrainingLog log, KeptFeatures features)
    {
        Features = features;
        this.binding = binding;
        Loss = loss;
        Metrics = metrics;
        Log = log;
    }

    /// <summary>The model.</summary>
    public Module Model => binding.Model;

    /// <summary>The phase that was compiled for.</summary>
    public Phase Phase => binding.Phase;

    /// <summary>What training makes smaller.</summary>
    public Loss Loss { get; }

    /// <summary>What is measured besides.</summary>
    public IReadOnlyList<Metric> Metrics { get; }

    /// <summary>The optimizer, over exactly what was trainable at the compile.</summary>
    public OptimizerHelper Optimizer => binding.Optimizer;

    /// <summary>The parameters that train, by member, each with full names.</summary>
    public IReadOnlyList<ParameterGroup> ParameterGroups => binding.ParameterGroups;

    /// <summary>The learning rate of each group as it is now.</summary>
    public IReadOnlyList<LearningRateGroup> LearningRates => binding.LearningRates;

    /// <summary>Whether what is trainable changed since the compile. Changing it back makes it fresh again.</summary>
    public bool IsStale => binding.IsStale;

    /// <summary>What the compile itself has to say; each <see cref="Fit"/> repeats it.</summary>
    public IReadOnlyList<TrainingWarning> Warnings => binding.Warnings;

    /// <summary>What the attributes of the model say, and which parameters it holds in several places.</summary>
    public Manifest Manifest => binding.Manifest;

    internal OptimizerBinding Binding => binding;

    internal IFineTunable Tunable => binding.Tunable;

    /// <summary>Every <see cref="Fit"/> since the first compile.</summary>
    internal TrainingLog Log { get; }

    /// <summary>What the frozen part answered in the last <see cref="Fit"/>.</summary>
    internal KeptFeatures Features { get; }

    internal OptimizerConfig OptimizerConfig => binding.Config;

    internal IReadOnlyList<OptimizerGroup> OptimizerGroups => binding.Groups;

    internal IEnumerable<(string Name, Parameter Parameter)> Trainable => binding.Trainable;

    /// <summary>Binds an annotated model as it is trainable now. Generated code calls it.</summary>
    /// <exception cref="FineTuneException">
    /// Nothing is trainable, two metrics have the same name, or loss and metrics name an output that the model does not have.
    /// </exception>
    public static CompiledModel Compile<TModel>(TModel model, OptimizerConfig optimizer, Loss loss, IReadOnlyList<Metric> metrics)
        where TModel : Module, IFineTunable
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(metrics);
        loss = loss.Over(model.Manifest.Outputs);
        metrics = [.. loss.Terms.Where(term => term.Name is not null).Select(term => new LossMetric(term)), .. metrics];
        foreach (var metric in metrics)
        {
            MetricStates.TermOf(metric, loss);
        }

        var twice = metrics.Select(metric => metric.Name).Append("loss").GroupBy(name => name).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
        {
            throw new FineTuneException(
                $"Two values are called '{twice.Key}'; give each metric a name of its own, and not 'loss'.");
        }

        return new CompiledModel(OptimizerBinding.Of(model, optimizer), loss, metrics, new TrainingLog(), new KeptFeatures());
    }

    /// <summary>
    /// Binds an annotated model as it is trainable now, without a loss: for <see cref="TrainStep(Func{Tensor})"/>, which is given one.
    /// Generated code calls it.
    /// </summary>
    /// <exception cref="FineTuneException">Nothing is trainable.</exception>
    public static CompiledModel Compile<TModel>(TModel model, OptimizerConfig optimizer)
        where TModel : Module, IFineTunable => Compile(model, optimizer, new NoLoss(), []);

    /// <summary>
    /// Compiles again with the same loss and metrics: the optimizer is rebuilt over what is trainable now, at the
    /// learning rates of the phase that the model is in now. This compiled model keeps its own optimizer.
    /// </summary>
    /// <param name="learningRate">
    /// The rate of members that no attribute gives one; null for the phase's own: that of the class's attribute, or
    /// one stated for this kind of phase before, or a tenth of the head's.
    /// </param>
    /// <param name="keepOptimizerState">Whether moments go on for parameters that go on, matched by name; else they start anew, as in
    /// Keras.</param>
    /// <exception cref="FineTuneException">The rate is not finite and positive, or nothing is trainable.</exception>
    public CompiledModel Recompile(double? learningRate = null, bool keepOptimizerState = false) =>
        new(binding.Again(learningRate, keepOptimizerState), Loss, Metrics, Log, Features);

    /// <summary>Trains, epoch by epoch.</summary>
    /// <param name="train">What to train on.</param>
    /// <param name="options">How to train; one epoch with Keras's defaults where not stated.</param>
    /// <returns>What happened, epoch by epoch, and how it ended.</returns>
    /// <exception cref="StaleCompilationException">What is trainable changed since the compile.</exception>
    /// <exception cref="NonFiniteException">A loss or a gradient was not finite. The weights are.</exception>
    /// <exception cref="FineTuneException">
    /// An option is out of its range, a callback monitors what nobody produces, inputs, targets, loss, outputs and class lists do not
    /// fit together, or one of the checks found that training is not what it seems.
    /// </exception>
    public History Fit(IDataset train, FitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        options ??= new FitOptions();
        var run = new FitRun(this, train, options);
        Log.Add(this, run.History, train, options);
        return run.Run();
    }

    /// <summary>
    /// One optimizer step on one batch, for a training loop of one's own: forward, loss, backward, the check that loss
    /// and gradients are finite, step. The model is put into training mode; frozen layers stay in inference mode.
    /// </summary>
    /// <param name="inputs">A batch of each input, [N, …]; they stay the caller's.</param>
    /// <param name="targets">Their targets, [N, …]; they stay the caller's.</param>
    /// <exception cref="StaleCompilationException">What is trainable changed since the compile.</exception>
    /// <exception cref="NonFiniteException">The loss or a gradient was not finite. The weights are.</exception>
    public StepResult TrainStep(Tensors inputs, Tensors targets)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        var step = OwnLoop();
        var loss = step.Add(new ModelBatch([], inputs, null, targets), null, null, null);
        return new StepResult(loss.Mean, step.Apply(null));
    }

    /// <inheritdoc cref="TrainStep(Tensors, Tensors)"/>
    /// <param name="batch">A batch; it stays the caller's.</param>
    public StepResult TrainStep(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return TrainStep(batch.Inputs, batch.Targets);
    }

    /// <summary>
    /// One optimizer step on a loss that the caller computes, whatever the model takes and answers: the loss, backward, the check that
    /// loss and gradients are finite, step. The model is put into training mode before the loss is computed; frozen layers stay in
    /// inference mode.
    /// </summary>
    /// <param name="loss">Computes the mean loss of a batch, a tensor of one value; it and what it came from are disposed of here.</param>
    /// <exception cref="ArgumentException">The loss is not one value, or no parameter that trains had a part in it.</exception>
    /// <exception cref="StaleCompilationException">What is trainable changed since the compile.</exception>
    /// <exception cref="NonFiniteException">The loss or a gradient was not finite. The weights are.</exception>
    /// <example><code>
    /// compiled.TrainStep(() => (model.call(anchor, positive) - 1).square().mean());
    /// </code></example>
    public StepResult TrainStep(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var step = OwnLoop();
        return new StepResult(step.Add(loss), step.Apply(null));
    }

    /// <summary>
    /// Loss and metrics over a whole set, in inference mode and without gradients. The model's mode is left as it was.
    /// </summary>
    /// <param name="data">The set.</param>
    /// <param name="batchSize">Samples in a batch; the result does not depend on it.</param>
    /// <param name="cancellationToken">Ends the evaluation with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="FineTuneException">
    /// A target is not what the loss takes, or the set's classes are not those that the model was trained on.
    /// </exception>
    public Evaluation Evaluate(IDataset data, int batchSize = 32, CancellationToken cancellationToken = default) =>
        Evaluate(data, new BatchOptions { BatchSize = batchSize, Shuffle = false }, cancellationToken);

    /// <summary>What the model answers, in inference mode and without gradients. The model's mode is left as it was.</summary>
    /// <param name="input">Inputs, [N, …]; they stay the caller's.</param>
    /// <returns>The output, [N, …]: logits, where the loss takes logits. The caller disposes of it.</returns>
    /// <exception cref="FineTuneException">The model takes several inputs, or gives several outputs.</exception>
    public Tensor Predict(Tensor input) => Only(PredictAll(input), "PredictAll([input])");

    /// <summary>
    /// All that a model answers, whatever the number of its inputs and outputs, in inference mode and without gradients. The model's mode
    /// is left as it was.
    /// </summary>
    /// <param name="inputs">The inputs, [N, …] each, in the order of <c>forward</c>; they stay the caller's.</param>
    /// <returns>The outputs, [N, …] each, in the order of the tuple. The caller disposes of them.</returns>
    /// <exception cref="FineTuneException">The model takes another number of inputs, or cannot be computed of them.</exception>
    /// <example><code>
    /// using var outputs = compiled.PredictAll([ids, mask]);
    /// var (classes, boxes) = (outputs[0], outputs[1]);
    /// </code></example>
    public Tensors PredictAll(Tensors inputs) => Inference.Predict(this, inputs);

    /// <summary>What the model answers to each sample of a set, in the set's order.</summary>
    /// <param name="data">The set; its targets are not looked at.</param>
    /// <param name="batchSize">Samples in a batch.</param>
    /// <param name="cancellationToken">Ends the prediction with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The outputs, [samples, …]. The caller disposes of them.</returns>
    /// <exception cref="FineTuneException">The model gives several outputs.</exception>
    public Tensor Predict(IDataset data, int batchSize = 32, CancellationToken cancellationToken = default) =>
        Only(PredictAll(data, batchSize, cancellationToken), "PredictAll(data)");

    /// <summary>All that the model answers to each sample of a set, in the set's order.</summary>
    /// <param name="data">The set; its targets are not looked at.</param>
    /// <param name="batchSize">Samples in a batch.</param>
    /// <param name="cancellationToken">Ends the prediction with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The outputs, [samples, …] each. The caller disposes of them.</returns>
    public Tensors PredictAll(IDataset data, int batchSize = 32, CancellationToken cancellationToken = default) =>
        Inference.Predict(this, data, new BatchOptions { BatchSize = batchSize, Shuffle = false }, cancellationToken);

    /// <summary>How many samples of each class the model takes for each class.</summary>
    /// <param name="data">The set.</param>
    /// <param name="threshold">With one output, the probability above which an answer is yes.</param>
    /// <param name="batchSize">Samples in a batch; the result does not depend on it.</param>
    /// <param name="cancellationToken">Ends the evaluation with an <see cref="OperationCanceledException"/>.</param>
    public ConfusionMatrix ConfusionMatrix(
        IDataset data, double threshold = 0.5, int batchSize = 32, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ClassNames.ThrowUnlessSame(Log.Classes, ClassNames.Of(data), "evaluated");
        return Inference.Confusion(
            this, data, threshold, new BatchOptions { BatchSize = batchSize, Shuffle = false }, cancellationToken);
    }

    private static Tensor Only(Tensors outputs, string instead)
    {
        if (outputs is [var only])
        {
            return only;
        }

        outputs.Dispose();
        throw new FineTuneException($"The model gives {outputs.Count} outputs; {instead} returns them all.");
    }

    private TrainingStep OwnLoop()
    {
        binding.ThrowIfStale();
        if (ownLoop is null)
        {
            OptimizerAudit.Check(binding);
            ownLoop = new TrainingStep(this, new FitOptions());
        }

        return ownLoop;
    }

    internal Evaluation Evaluate(IDataset data, BatchOptions batches, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(data);
        ClassNames.ThrowUnlessSame(Log.Classes, ClassNames.Of(data), "evaluated");
        return Inference.Evaluate(this, new FeatureBatches(new BatchLoader(data, batches)), cancellationToken);
    }
}
