namespace FineTune.Analyzers;

/// <summary>Where the pages of the rules are: the targets of their help links.</summary>
internal static class RulePages
{
    private const string Address = "https://github.com/finetune-generators/FineTune.Generators/blob/main/docs/rules/";

    /// <summary>The page of a rule.</summary>
    public static string Of(string id) => $"{Address}{id}.md";
}
