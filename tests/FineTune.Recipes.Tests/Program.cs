using System.Globalization;
using FineTune.Recipes.Tests;

// The table of docs/recipes.md: the recipe's defaults on real data, over several seeds.
//   dotnet run -c Release --project tests/FineTune.Recipes.Tests -- [SUBJECT…] [SEEDS]
// SEEDS is a count, as in 5, or a range, as in 4-5.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var (firstSeed, lastSeed) = args is [.., var last] && Seeds(last) is { } stated ? stated : (1, 5);
string[] names = [.. args.Where(argument => Seeds(argument) is null)];
if (names.FirstOrDefault(name => Subject.All.All(subject => subject.Name != name)) is { } unknown)
{
    Console.Error.WriteLine($"There is no subject '{unknown}'; expected some of {string.Join(", ", Subject.All.Select(one => one.Name))}.");
    return 2;
}

Console.WriteLine("| data | before | head | fine-tuned | gain | seconds |");
Console.WriteLine("|---|---:|---:|---:|---:|---:|");
foreach (var subject in Subject.All.Where(subject => names.Length == 0 || names.Contains(subject.Name)))
{
    var all = subject.Load();
    var trials = new List<Trial>();
    for (var seed = firstSeed; seed <= lastSeed; seed++)
    {
        trials.Add(Trial.Of(subject, all, seed));
        Console.Error.WriteLine($"{subject.Name}, seed {seed}: {trials[^1]}");
    }

    Console.WriteLine(
        $"| {subject.Name} | {Shown(trial => trial.Before)} | {Shown(trial => trial.Head)} | {Shown(trial => trial.FineTuned)} "
            + $"| {Shown(trial => trial.FineTuned - trial.Head)} | {trials.Average(trial => trial.Seconds):0} |");

    string Shown(Func<Trial, double> value)
    {
        double[] values = [.. trials.Select(value)];
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(one => (one - mean) * (one - mean)) / Math.Max(1, values.Length - 1));
        return $"{mean:.000} ± {deviation:.000}";
    }
}

return 0;

static (int First, int Last)? Seeds(string text) => text.Split('-') switch
{
    [var count] when int.TryParse(count, out var last) => (1, last),
    [var from, var to] when int.TryParse(from, out var first) && int.TryParse(to, out var last) => (first, last),
    _ => null,
};
