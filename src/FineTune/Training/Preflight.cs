using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// What a <c>Fit</c> looks at before its first step: whether inputs, targets, loss, outputs and class lists fit together. What is
/// wrong is one sentence that names the sample, and not an hour of training on nothing.
/// </summary>
internal sealed class Preflight
{
    // As many as the feature cache tries, so that both are shown the same ones and these are read once.
    private const int Samples = 2;

    // Kernels may sum up in another order for another batch; what depends on its neighbours differs by far more.
    private const double RoundingError = 1e-3;

    private readonly CompiledModel compiled;
    private readonly FitOptions options;
    private readonly List<TrainingWarning> warnings = [];

    private Preflight(CompiledModel compiled, FitOptions options)
    {
        this.compiled = compiled;
        this.options = options;
    }

    /// <summary>Checks a training.</summary>
    /// <returns>What is odd, but may be meant.</returns>
    /// <exception cref="FineTuneException">Something does not fit.</exception>
    public static IReadOnlyList<TrainingWarning> Check(CompiledModel compiled, FitOptions options, BatchLoader training)
    {
        ClassNames.ThrowUnlessSame(
            ClassNames.Of(training.Data), options.ValidationData is { } validation ? ClassNames.Of(validation) : null, "validation");
        var preflight = new Preflight(compiled, options);
        foreach (var remark in new[] { training.Data.Remark, options.ValidationData?.Remark }.OfType<string>().Distinct())
        {
            preflight.warnings.Add(new TrainingWarning(WarningKind.AboutData, remark));
        }

        Batch first;
        try
        {
            first = training.PeekFirst(Samples, options.InitialEpoch);
        }
        catch (Exception)
        {
            // The epoch fails in the same way if the sample is needed in it.
            return preflight.warnings;
        }

        if (first.Count > 0)
        {
            preflight.Check(first, training);
        }

        return preflight.warnings;
    }

    private void Check(Batch first, BatchLoader training)
    {
        using var scope = torch.NewDisposeScope();
        var model = compiled.Model;
        var wasTraining = model.training;
        var device = ModelDevice.Of(model);
        var watch = new Outputs(model);
        Tensors outputs;
        try
        {
            model.train();
            watch.Watch();
            using var mode = new InferenceMode(model);
            outputs = new ModelBatch(first).Forward(compiled.Tunable, device);
        }
        finally
        {
            watch.Dispose();
            model.train(wasTraining);
        }

        compiled.Loss.ThrowUnlessTakes(outputs, first.Targets);

        // What a dataset says of its classes is said of its first target.
        if (compiled.Loss.Terms.FirstOrDefault(term => term.Target == 0) is { } ofClasses)
        {
            CheckClasses(ofClasses.Loss, outputs[ofClasses.Output], first.Targets[0], training.Data);
        }

        BatchLoss.CheckTargets(compiled.Loss, outputs, first.Targets, first.Indices, training.Data);
        using var noGradients = torch.no_grad();
        var targets = device.Move(first.Targets);
        _ = BatchLoss.Of(compiled.Loss, outputs, targets);
        foreach (var term in compiled.Loss.Terms)
        {
            CheckEachAlone(term, outputs[term.Output], targets[term.Target]);
        }

        CheckAllTargets(outputs, training.Data);
        if (options.ValidationData is { } validation)
        {
            CheckAllTargets(outputs, validation);
        }

        CheckLastBatch(watch, training.Data.Count);
        foreach (var term in compiled.Loss.Terms)
        {
            var output = outputs[term.Output];
            if (term.Loss.DoubtAbout(output.cpu()) is { } doubt && !watch.IsOfLastLayer(output))
            {
                warnings.Add(new TrainingWarning(WarningKind.OutputsAreProbabilities, doubt));
            }
        }
    }

    private static void CheckClasses(Loss loss, Tensor output, Tensor target, IDataset data)
    {
        if (ClassNames.Of(data) is not { } classes)
        {
            return;
        }

        var outputs = output.numel() / output.size(0);
        if (loss is BinaryCrossEntropyLoss && outputs == 1 && classes.Count > 2)
        {
            throw new FineTuneException(
                $"The data has {classes.Count} classes ({ClassNames.Listed(classes)}), but the model has one output, which tells "
                    + $"two apart. Give the head {classes.Count} outputs, and take Losses.CategoricalCrossEntropy.");
        }

        if (loss is BinaryCrossEntropyLoss && outputs == classes.Count && target.numel() == target.size(0))
        {
            throw new FineTuneException(
                $"The model has {outputs} outputs and each sample the number of one class, but binary cross-entropy takes as many targets "
                    + "as outputs. Take Losses.CategoricalCrossEntropy, or, for two classes, a head of one output.");
        }

        if (loss is CategoricalCrossEntropyLoss && output.dim() > 1 && output.size(1) < classes.Count)
        {
            throw new FineTuneException(
                $"The data has {classes.Count} classes ({ClassNames.Listed(classes)}), but the model has {output.size(1)} "
                    + $"output{(output.size(1) == 1 ? "" : "s")}. Give the head {classes.Count} outputs"
                    + (output.size(1) == 1 && classes.Count == 2 ? ", or take Losses.BinaryCrossEntropyWithLogits." : "."));
        }
    }

    // Where output and target differ by dimensions of one, such as [N, 1] and [N], operators compare each with each without a word.
    private void CheckEachAlone(LossTerm term, Tensor output, Tensor target)
    {
        if (output.size(0) < 2 || output.shape.SequenceEqual(target.shape) || !Shapes.EqualSqueezed(output, target))
        {
            return;
        }

        // Neighbours may be of one class, and their answers alike: far from each other, nobody mistakes one for the other.
        var (two, wanted) = (output.narrow(0, 0, 2).clone(), target.narrow(0, 0, 2).clone());
        if (wanted.is_floating_point())
        {
            using Scalar far = 1000;
            two.narrow(0, 1, 1).add_(far);
            wanted.narrow(0, 1, 1).add_(far);
        }

        var together = BatchLoss.PerSample(term.Loss, two, wanted)[0].ToDouble();
        var alone = BatchLoss.PerSample(term.Loss, two.narrow(0, 0, 1), wanted.narrow(0, 0, 1))[0].ToDouble();
        if (Math.Abs(together - alone) > RoundingError * Math.Max(Math.Abs(together), Math.Abs(alone)))
        {
            throw new FineTuneException(
                $"The loss {term.Loss.Name} of a sample depends on the samples beside it: an output of shape "
                    + $"[{string.Join(", ", output.shape)}] and a target of shape [{string.Join(", ", target.shape)}] are compared each "
                    + "with each. Bring the target into the output's shape, as in target.reshape(output.shape).");
        }

        foreach (var metric in compiled.Metrics.OfType<MeanMetric>().Where(metric => MetricStates.TermOf(metric, compiled.Loss) == term))
        {
            var first = Mean(metric, two.narrow(0, 0, 1), wanted.narrow(0, 0, 1));
            var each = (first + Mean(metric, two.narrow(0, 1, 1), wanted.narrow(0, 1, 1))) / 2;
            var both = Mean(metric, two, wanted);
            if (Math.Abs(both - each) > RoundingError * Math.Max(Math.Abs(both), Math.Abs(each)))
            {
                throw new FineTuneException(
                    $"The metric {metric.Name} of two samples is not the mean of theirs: an output of shape "
                        + $"[{string.Join(", ", output.shape)}] and a target of shape [{string.Join(", ", target.shape)}] are compared "
                        + "each with each. Bring the target into the output's shape, as in target.reshape(output.shape).");
            }
        }
    }

    private static double Mean(MeanMetric metric, Tensor output, Tensor target)
    {
        using var state = metric.Start();
        state.Add(output, target);
        return state.Value;
    }

    private void CheckAllTargets(Tensors outputs, IDataset data)
    {
        if ((data as IKnownTargets)?.Targets() is { } known)
        {
            using var values = known.Values;
            BatchLoss.CheckTargets(compiled.Loss, outputs, values, known.Indices, data);
        }
        else if (ClassNames.Of(data) is { } classes)
        {
            for (var index = 0; index < data.Count; index++)
            {
                if (ClassOf((IClassified)data, index) is { } number && (number < 0 || number >= classes.Count))
                {
                    throw new FineTuneException(
                        $"The class of {data.Describe(index)} is number {number}; the data has {classes.Count} classes, numbered 0 to "
                            + $"{classes.Count - 1}.");
                }
            }
        }
    }

    private static int? ClassOf(IClassified data, int index)
    {
        try
        {
            return data.ClassOf(index);
        }
        catch (DamagedSampleException)
        {
            // Whoever reads it says so.
            return null;
        }
    }

    private void CheckLastBatch(Outputs outputs, int count)
    {
        var last = options.BatchSize == 1 ? 1 : count % options.BatchSize;
        if (last == 1 && !(options.DropLast && options.BatchSize > 1) && outputs.SingleValued is { } layer)
        {
            throw SingleValueWatch.Error(layer.Name, layer.Layer);
        }
    }

    /// <summary>What some layers saw and answered in one pass.</summary>
    private sealed class Outputs(nn.Module model) : IDisposable
    {
        private readonly CallHooks hooks = new();
        private Tensor? last;

        /// <summary>The first layer that normalizes by the batch and sees one value of each channel for each sample.</summary>
        public (string Name, nn.Module Layer)? SingleValued { get; private set; }

        /// <summary>Watches a pass in inference mode; which layers measure batches is told from the mode that the model is in
        /// now.</summary>
        public void Watch()
        {
            foreach (var (name, layer) in SingleValueWatch.Layers(model))
            {
                hooks.Before(layer, input =>
                {
                    if (SingleValued is null && SingleValueWatch.IsSingle(input, input.size(0)))
                    {
                        SingleValued = (name, layer);
                    }
                });
            }

            foreach (var (_, module) in model.named_modules())
            {
                if (!module.named_children().Any() && module.parameters().Any())
                {
                    hooks.After(module, answer => last = answer);
                }
            }
        }

        /// <summary>Whether the model answered with what its last layer with weights did, which nothing has squeezed since.</summary>
        public bool IsOfLastLayer(Tensor output) =>
            last is not null && last.numel() == output.numel() && last.reshape(-1).equal(output.reshape(-1)).all().ToBoolean();

        public void Dispose() => hooks.Dispose();
    }
}
