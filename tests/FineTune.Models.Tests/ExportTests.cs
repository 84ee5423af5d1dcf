using FineTune.Tests;
using TorchSharp;

namespace FineTune.Models.Tests;

/// <summary>Every class of the matrix answers in ONNX Runtime what it answers here, or says what stands in the way.</summary>
public sealed class ExportTests
{
    private const double Tolerance = 1e-5;

    // What the sentence names. None of these is of a kind that docs/export.md promises.
    private static readonly Dictionary<string, string> NotExported = new()
    {
        ["branches that are joined"] = "'head' (Linear)",
        ["patches with a class token"] = "'encoder' (Sequential)",
        ["several crops of a picture"] = "'head' (Linear)",
        ["two pictures through one encoder"] = "'head' (Linear)",
        ["question and answer through one embedding"] = "'head' (Bilinear) is a module that is not known",
        ["U-Net with skip connections"] = "'up1' (ConvTranspose2d) is a module that is not known",
        ["fully convolutional, interpolated"] = "what it answers",
        ["a mean and its variance, of which one is trained"] = "its output 1",
        ["frames and their energies"] = "'body' (Sequential)",
        ["convolutions, then a recurrence"] = "'gru' (GRU)",
        ["an LSTM's last state"] = "'lstm' (LSTM)",
        ["an LSTM in both directions"] = "'lstm' (LSTM)",
        ["tokens and their number through a GRU"] = "'gru' (GRU)",
        ["a cell in a loop over time"] = "'cell' (LSTMCell)",
        ["attention of one's own over tokens"] = "'head' (Linear)",
        ["multi-head attention with a padding mask"] = "'attention' (MultiheadAttention)",
        ["attention from one sentence to another"] = "'head' (Linear)",
        ["a language model with a causal mask"] = "'head' (Linear)",
        ["TorchSharp's encoder layers"] = "'layer' (TransformerEncoderLayer)",
        ["one weight there and back"] = "what it answers",
        ["parts that are called by forward"] = "'first' (Linear) is not seen to run by call",
    };

    [Category("Slow")]
    [TestCaseSource(typeof(Matrix), nameof(Matrix.Cases))]
    public void Exported_it_answers_the_same_or_says_why_not(string name)
    {
        var file = Path.GetTempFileName();
        try
        {
            Matrix.Of(name).Export(file, (compiled, inputs) =>
            {
                using var session = new OnnxSession(file);
                foreach (var rows in (int[])[1, 3, ModelCase.Samples])
                {
                    Tensors some = [.. inputs.Select(input => input.narrow(0, 0, rows))];
                    using var expected = compiled.PredictAll(some);
                    var answers = session.Run(some);
                    Assert.That(answers, Has.Length.EqualTo(expected.Count));
                    foreach (var (answer, wanted) in answers.Zip(expected))
                    {
                        Assert.That(answer.shape, Is.EqualTo(wanted.shape));
                        Assert.That(
                            answer.sub(wanted).abs().max().ToDouble(),
                            Is.LessThan(Tolerance * Math.Max(1, wanted.abs().max().ToDouble())));
                    }
                }
            });
            Assert.That(NotExported.Keys, Does.Not.Contain(name));
        }
        catch (FineTuneException exception) when (NotExported.TryGetValue(name, out var what))
        {
            Assert.That(exception.Message, Does.Contain(what));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
