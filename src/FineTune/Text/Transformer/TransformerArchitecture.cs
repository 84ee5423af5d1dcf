using TorchSharp.Modules;

namespace FineTune.Text;

/// <summary>What is known about a transformer backbone before it is made.</summary>
/// <param name="Name">As Hugging Face spells it, such as <c>bert-base-uncased</c>.</param>
public sealed record TransformerArchitecture(string Name)
{
    /// <summary>The number of tokens: the lines of its <c>vocab.txt</c>.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Whether text is in small letters, without accents.</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>The features of a token, and of a sentence: what goes into the head.</summary>
    public int FeatureWidth { get; init; } = 768;

    /// <summary>The number of blocks.</summary>
    public int Blocks { get; init; } = 12;

    /// <summary>The attention heads of a block, which share its width evenly.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>The width within a block's feed-forward part.</summary>
    public int InnerWidth { get; init; } = 3072;

    /// <summary>The most tokens of a sentence.</summary>
    public int MaxLength { get; init; } = 512;

    /// <summary>The kinds of sentence that are told apart, 2 in BERT and 0 in DistilBERT; all tokens are of the first.</summary>
    public int TokenTypes { get; init; } = 2;

    /// <summary>
    /// Whether a block normalizes what goes into its parts (pre-norm, with the parameter names of MegatronBERT) rather
    /// than what comes out (post-norm, as in BERT).
    /// </summary>
    public bool NormalizesFirst { get; init; }

    /// <summary>How a sentence's features come from those of its tokens.</summary>
    public Pooling Pooling { get; init; }

    /// <summary>The share of features and of attention that is dropped in training.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>What the norms add to the variance.</summary>
    public double NormEpsilon { get; init; } = 1e-12;

    /// <summary>The token that fills sentences up: <c>[PAD]</c>.</summary>
    public int PaddingToken { get; init; }

    /// <summary>Makes one with random weights: normal with a deviation of 0.02, as BERT's.</summary>
    /// <exception cref="ArgumentException">The heads do not divide the width.</exception>
    public Sequential Create() => TransformerBackbone.Create(this);
}
