using System.Diagnostics;
using FineTune.Data;
using TorchSharp;

namespace FineTune.Recipes.Tests;

/// <summary>What <c>FineTune()</c> with its defaults makes of a subject: accuracies on samples that nothing was decided by.</summary>
/// <param name="Before">With the head that has learned nothing.</param>
/// <param name="Head">After the head phase.</param>
/// <param name="FineTuned">After fine-tuning.</param>
/// <param name="Seconds">What both phases took.</param>
internal sealed record Trial(double Before, double Head, double FineTuned, double Seconds)
{
    /// <summary>Runs the recipe.</summary>
    /// <param name="subject">On what.</param>
    /// <param name="all">All of its data.</param>
    /// <param name="seed">What the split, the head's first weights and the order of the samples follow from.</param>
    /// <param name="options">The defaults, unless a test is about something else.</param>
    public static Trial Of(Subject subject, IClassified all, int seed, FineTuneOptions? options = null)
    {
        torch.manual_seed(seed);
        (var train, var validation, var test) = subject.Split(all, seed);
        using var model = subject.Create(all.Classes.Count);
        var measure = new AtPhaseStart(fit => fit.Compiled.Evaluate(test)["accuracy"]);
        options ??= new FineTuneOptions();
        options = options with
        {
            Fit = options.Fit with { Seed = seed, Progress = ProgressStyle.None, Callbacks = [.. options.Fit.Callbacks, measure] },
        };
        var watch = Stopwatch.StartNew();
        var result = model.FineTune(train, validation, options);
        var seconds = watch.Elapsed.TotalSeconds;
        return new(measure.Values[0], measure.Values[1], result.Compiled.Evaluate(test)["accuracy"], seconds);
    }

    /// <summary>Measures where a phase begins, with the best weights of the phase before.</summary>
    private sealed class AtPhaseStart(Func<FitContext, double> measure) : Callback
    {
        public List<double> Values { get; } = [];

        public override void OnFitBegin(FitContext fit) => Values.Add(measure(fit));
    }
}
