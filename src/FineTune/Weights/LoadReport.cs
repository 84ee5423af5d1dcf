namespace FineTune;

/// <summary>What came out of a weights file. Names are the file's, after renaming.</summary>
/// <param name="Path">The file.</param>
/// <param name="Loaded">The tensors that are in the backbone now.</param>
/// <param name="LeftOut">Those of parts that the backbone does not have: the head of the network it was taken from.</param>
/// <param name="Missing">Those of the backbone that the file lacks, which keep their values. Empty if strict.</param>
/// <param name="Unexpected">Those of the file that the backbone lacks, heads aside. Empty if strict.</param>
public sealed record LoadReport(
    string Path,
    IReadOnlyList<string> Loaded,
    IReadOnlyList<string> LeftOut,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unexpected)
{
    /// <summary>
    /// How many numbers and shapes there are besides, with which the graph of an ONNX model computes, and which no module has.
    /// </summary>
    public int Constants { get; init; }

    /// <summary>One line, such as <c>Loaded 120 tensors from 'resnet18.safetensors', left out fc.bias, fc.weight.</c></summary>
    public override string ToString()
    {
        var text = $"Loaded {Loaded.Count} tensors from '{Path}'";
        if (LeftOut.Count > 0)
        {
            text += $", left out {FirstFew.Of(LeftOut)}";
        }

        if (Missing.Count > 0)
        {
            text += $", missed {FirstFew.Of(Missing)}";
        }

        if (Unexpected.Count > 0)
        {
            text += $", had no place for {FirstFew.Of(Unexpected)}";
        }

        if (Constants > 0)
        {
            text += $", passed over {Constants} constants of the graph";
        }

        return text + ".";
    }
}
