using FineTune.Benchmarks;

var tables = new Dictionary<string, Action>
{
    ["operators"] = Operators.Run,
    ["training"] = TrainingSteps.Run,
    ["generator"] = GeneratorRuns.Run,
    ["analyzers"] = AnalyzerRuns.Run,
    ["decoding"] = Decoding.Run,
    ["loading"] = Loading.Run,
    ["features"] = Features.Run,
    ["features-sizes"] = Features.RunSizes,
    ["features-pass"] = Features.RunPass,
    ["features-memory"] = Features.RunMemory,
};
if (args is ["features-child", { } number, { } phase])
{
    Features.RunChild(int.Parse(number, System.Globalization.CultureInfo.InvariantCulture), phase);
    return 0;
}

if (args is ["loading-child", { } path])
{
    Loading.RunChild(path);
    return 0;
}

if (args is not [{ } table] || !tables.TryGetValue(table, out Action? run))
{
    Console.Error.WriteLine($"Say which table to make: {string.Join(" or ", tables.Keys)}.");
    return 2;
}

try
{
    run();
    return 0;
}
catch (PeerMissingException missing)
{
    Console.Error.WriteLine(missing.Message);
    return 1;
}
