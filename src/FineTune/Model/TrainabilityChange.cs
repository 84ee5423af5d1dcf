namespace FineTune;

/// <summary>A parameter that does not stand as it stood when the model was compiled.</summary>
/// <param name="Parameter">Its full name, as in <c>backbone.conv1.weight</c>.</param>
/// <param name="Was">Whether it trained at the compile; null where the model had no such parameter.</param>
/// <param name="Is">Whether it trains now; null where the model has no such parameter any more.</param>
public sealed record TrainabilityChange(string Parameter, bool? Was, bool? Is)
{
    /// <summary>The change in words: <c>backbone.conv1.weight (was frozen, is trainable)</c>.</summary>
    public override string ToString() => $"{Parameter} (was {Word(Was)}, is {Word(Is)})";

    private static string Word(bool? trainable) => trainable switch
    {
        true => "trainable",
        false => "frozen",
        null => "absent",
    };
}
