using System.Text;
using FineTune.Text;
using FineTune.Weights;
using TorchSharp.Modules;

namespace FineTune;

/// <summary>A pre-trained backbone for sentences: what it is, where its weights come from, how to make one and its tokenizer.</summary>
/// <example>
/// <code>
/// WordPieceTokenizer tokenizer = Pretrained.MiniLM.Tokenizer();
/// SentenceTable mails = SentenceTable.Load("mails.csv", tokenizer, new() { Length = 128 });
/// using var model = new SpamClassifier();                  // [Backbone] … = Pretrained.MiniLM.Create();
/// </code>
/// </example>
public sealed class PretrainedTransformer
{
    private const string Model = "Resources.model.onnx", Vocabulary = "Resources.vocab.txt";

    internal PretrainedTransformer(TransformerArchitecture architecture, PretrainedSource source)
    {
        Architecture = architecture;
        Source = source;
    }

    /// <summary>
    /// Its vocabulary, its features and how they come from those of tokens. Its <c>Create</c> makes one with random weights.
    /// </summary>
    public TransformerArchitecture Architecture { get; }

    /// <summary>Where its weights and its vocabulary come from.</summary>
    public PretrainedSource Source { get; }

    /// <summary>Makes the backbone with its weights, from the file that the build has put beside the program.</summary>
    /// <returns>From token numbers of shape [batch, length] to features of shape [batch, width].</returns>
    /// <exception cref="WeightsFileException">
    /// The file is missing: the sentence says which line the project file lacks. Or it is another.
    /// </exception>
    public Sequential Create() => Create(Source.Path);

    /// <summary>Makes the backbone with its weights.</summary>
    /// <param name="path">The file, where it lies elsewhere than beside the program.</param>
    /// <exception cref="WeightsFileException">The file is missing, or another.</exception>
    public Sequential Create(string path) => Create(path, out _);

    /// <summary>Makes the tokenizer, from the file that the build has put beside the program.</summary>
    /// <exception cref="WeightsFileException">
    /// The file is missing: the sentence says which line the project file lacks. Or it is another.
    /// </exception>
    public WordPieceTokenizer Tokenizer() => Tokenizer(Source.Path);

    /// <summary>Makes the tokenizer.</summary>
    /// <param name="path">The file, where it lies elsewhere than beside the program.</param>
    /// <exception cref="WeightsFileException">The file is missing, or another.</exception>
    public WordPieceTokenizer Tokenizer(string path)
    {
        Source.Verify(path);
        var (position, length) = AssemblyResource.Find(path, $"{Source.Package}.{Vocabulary}");
        using var file = new MappedFile(path);
        var vocabulary = Encoding.UTF8.GetString(file.Span(position, (int)length));
        return WordPieceTokenizer.Parse(vocabulary, path, new() { LowerCase = Architecture.LowerCase });
    }

    internal Sequential Create(string path, out LoadReport report)
    {
        Source.Verify(path);
        var (position, length) = AssemblyResource.Find(path, $"{Source.Package}.{Model}");
        using var file = WeightsFile.OpenOnnx(path, position, length);
        return PretrainedWeights.Load(file, Architecture.Name, Architecture.Create(), out report);
    }
}
