namespace FineTune.Analyzers.Tests.Differential;

/// <summary>Models, compiled models, and what FT2001 is about.</summary>
internal sealed class CompileDialect : Dialect
{
    private const int Head = 1, Full = 2, LastFive = 3, LastTwenty = 4;

    public override bool StaleThrows => true;

    public override int Kinds => 12;

    public override bool IsOnOwner(int kind) => kind is <= 5 or 8;

    public override string OwnerType => "CatsVsDogs";

    public override string SubjectType => "CompiledModel";

    public override string Build(string owner) => $"{owner}.Compile()";

    public override bool Offers(ConditionKind condition) => true;

    public override bool? IsFrozen(int trainability) => trainability is Untouched or Unknown ? null : trainability == Head;

    public override int Settle(int trainability) => Unknown;

    public override bool ChangesOwner(Act act) => Kind(act) is "freeze" or "unfreeze" or "last" or "enter";

    public override int? Assigned(Act act) => Kind(act) is "compile" or "recompile" or "again" or "copy" ? act.Second : null;

    public override bool Calls(Act act) => Kind(act) is not ("alias" or "copy");

    public override string Write(Act act) => Kind(act) switch
    {
        "freeze" => $"{Owner(act)}.FreezeBackbone();",
        "unfreeze" => $"{Owner(act)}.UnfreezeBackbone();",
        "last" => $"{Owner(act)}.UnfreezeLast(5);",
        "enter" => $"{Owner(act)}.EnterPhase(Phase.Last(20));",
        "compile" => $"{SubjectName(act.Second)} = {Owner(act)}.Compile();",
        "recompile" => $"{SubjectName(act.Second)} = {Owner(act)}.Recompile();",
        "again" => $"{SubjectName(act.Second)} = {SubjectName(act.First)}.Recompile();",
        "copy" => $"{SubjectName(act.Second)} = {SubjectName(act.First)};",
        "alias" => $"a = m{act.First % Memory.Owners};",
        _ => $"{SubjectName(act.First)}.{(act.Second == 0 ? "TrainStep(batch)" : "Fit(data)")};",
    };

    public override bool Run(Act act, Memory memory, int depth, Action<Act, int> stale)
    {
        var owner = memory.Owner(act.First);
        switch (Kind(act))
        {
            case "freeze":
                memory.SetTrainability(owner, Head);
                break;
            case "unfreeze":
                memory.SetTrainability(owner, Full);
                break;
            case "last":
                memory.SetTrainability(owner, LastFive);
                break;
            case "enter":
                memory.SetTrainability(owner, LastTwenty);
                break;
            case "compile" or "recompile":
                memory[act.Second] = new(owner, memory.Trainability(owner), depth);
                break;
            case "again":
                memory[act.Second] = memory[act.First] is { Owner: >= 0 } old
                    ? new(old.Owner, memory.Trainability(old.Owner), depth)
                    : Subject.Unbound;
                break;
            case "copy":
                memory[act.Second] = memory[act.First];
                break;
            case "alias":
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

    private static string Kind(Act act) => act.Kind switch
    {
        0 => "freeze",
        1 => "unfreeze",
        2 => "last",
        3 => "enter",
        4 => "compile",
        5 => "recompile",
        6 => "again",
        7 => "copy",
        8 => "alias",
        _ => "use",
    };

    private static string Owner(Act act) => OwnerName(act.First);
}
