using FineTune.Data;
using static TorchSharp.torch;

namespace FineTune.Text;

/// <summary>How a text becomes the numbers of its tokens, of shape [length]: what <see cref="SentenceTable"/> does.</summary>
/// <param name="Tokenizer">What takes the text apart.</param>
/// <param name="Length">How many tokens a text is cut or filled up to, at least 2.</param>
/// <example><code>
/// var preprocessing = new TextPreprocessing(WordPieceTokenizer.Load("vocab.txt"), Length: 128);
/// using Tensor ids = preprocessing.Encode("A film that I would see again.");      // [128]
/// </code></example>
public sealed record TextPreprocessing(WordPieceTokenizer Tokenizer, int Length) : Preprocessing
{
    /// <summary>The numbers of a text's tokens, [length], of type Int64. The caller disposes of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is below 2.</exception>
    public Tensor Encode(string text) => tensor(Tokenizer.Encode(text, Length));
}
