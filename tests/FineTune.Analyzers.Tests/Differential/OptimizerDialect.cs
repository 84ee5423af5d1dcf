namespace FineTune.Analyzers.Tests.Differential;

/// <summary>Modules, optimizers, and what FT3001 is about.</summary>
internal sealed class OptimizerDialect : Dialect
{
    /// <summary>A module of unknown origin trains, as a new one does.</summary>
    private const int On = Untouched, Off = 1;

    public override bool StaleThrows => false;

    public override int Kinds => 11;

    public override string OwnerType => "Linear";

    public override string SubjectType => "SGD";

    public override bool IsOnOwner(int kind) => kind is <= 5 or 7;

    public override string Build(string owner) => $"optim.SGD({owner}.parameters(), 0.1)";

    public override bool Offers(ConditionKind condition) => condition is not (ConditionKind.IsFrozen or ConditionKind.IsStale);

    /// <summary>An optimizer is stale by what has changed since it was built, whatever that was before.</summary>
    public override int Settle(int trainability) => trainability;

    public override bool ChangesOwner(Act act) => act.Kind <= 3;

    public override int? Assigned(Act act) => act.Kind is 4 or 5 or 6 ? act.Second : null;

    public override bool Calls(Act act) => act.Kind is not (6 or 7);

    public override string Write(Act act) => act.Kind switch
    {
        0 => $"foreach (var p in {Owner(act)}.parameters()) p.requires_grad = false;",
        1 => $"foreach (var (_, p) in {Owner(act)}.named_parameters()) p.requires_grad = true;",
        2 => $"{Owner(act)}.parameters().ToList().ForEach(p => p.requires_grad = false);",
        3 => $"Modules.Thaw({Owner(act)});",
        4 or 5 => $"{SubjectName(act.Second)} = {Build(Owner(act))};",
        6 => $"{SubjectName(act.Second)} = {SubjectName(act.First)};",
        7 => $"a = m{act.First % Memory.Owners};",
        _ => $"{SubjectName(act.First)}.step();",
    };

    public override bool Run(Act act, Memory memory, int depth, Action<Act, int> stale)
    {
        var owner = memory.Owner(act.First);
        switch (act.Kind)
        {
            case 0 or 2:
                memory.SetTrainability(owner, Off);
                break;
            case 1 or 3:
                memory.SetTrainability(owner, On);
                break;
            case 4 or 5:
                memory[act.Second] = new(owner, memory.Trainability(owner), depth);
                break;
            case 6:
                memory[act.Second] = memory[act.First];
                break;
            case 7:
                memory.PointAlias(act.First % Memory.Owners);
                break;
            default:
                if (IsStale(memory, memory[act.First]))
                {
                    stale(act, memory[act.First].Depth);
                    return false;
                }

                break;
        }

        return true;
    }

    private static string Owner(Act act) => OwnerName(act.First);
}
