using System.Text.Json.Serialization;
using FineTune.Data;
using FineTune.Text;
using FineTune.Vision;

namespace FineTune;

/// <summary>All that a saved model's file says beside its weights and its vocabulary, as JSON.</summary>
internal sealed record ModelDescription
{
    public required ModelInfo Info { get; init; }

    /// <summary>The members by which the weights are named.</summary>
    public required IReadOnlyList<string> Members { get; init; }

    /// <summary>The names of the outputs; empty where there is one.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>What makes probabilities of each output, by its position; of those that are not listed nothing does.</summary>
    public required IReadOnlyList<OutputActivation> Activations { get; init; }

    /// <summary>The output that the classes are of.</summary>
    public required int ClassOutput { get; init; }

    public PictureDescription? Picture { get; init; }

    public TextDescription? Text { get; init; }

    /// <summary>What nothing could be predicted with, in words; null where nothing is wrong.</summary>
    public string? Fault() =>
        new[] { Info.Classes, Members, Outputs }.Any(names => names.Any(name => name is null)) ? "one of its names is missing"
        : ClassOutput < 0 ? $"its output of classes is number {ClassOutput}; expected at least 0"
        : Picture?.Fault() ?? Text?.Fault();
}

/// <summary>A <see cref="PicturePreprocessing"/> as it is written.</summary>
internal sealed record PictureDescription(
    int Size, bool Upright, IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation, IReadOnlyList<int>? Background = null)
{
    // Three channels of it as numbers take three quarters of a GiB.
    private const int LargestSize = 8192;

    public static PictureDescription? Of(Preprocessing? preprocessing) => preprocessing is PicturePreprocessing pictures
        ? new(
            pictures.ImageSize,
            pictures.ApplyOrientation,
            pictures.Normalization.Mean,
            pictures.Normalization.StandardDeviation,
            pictures.Background is var (red, green, blue) ? [red, green, blue] : null)
        : null;

    public string? Fault() =>
        Size is < 1 or > LargestSize ? $"its picture size is {Size}; expected 1 to {LargestSize}"
        : Background is { } color && !(color.Count == 3 && color.All(part => part is >= 0 and <= 255))
            ? "its background color is not three numbers from 0 to 255"
        : !(Mean.Count == 3 && Mean.All(float.IsFinite)) ? "its mean is not three finite numbers"
        : !(StandardDeviation.Count == 3 && StandardDeviation.All(part => float.IsFinite(part) && part > 0))
            ? "its standard deviation is not three positive numbers"
        : null;

    public PicturePreprocessing Preprocessing() => new()
    {
        ImageSize = Size,
        ApplyOrientation = Upright,
        Background = Background is [var red, var green, var blue] ? ((byte)red, (byte)green, (byte)blue) : null,
        Normalization = new(Mean, StandardDeviation),
    };
}

/// <summary>A <see cref="TextPreprocessing"/> as it is written; its vocabulary stands beside it.</summary>
internal sealed record TextDescription(bool LowerCase, int MaxWordLength, int Length)
{
    private const int LargestLength = 1 << 20;

    public static TextDescription? Of(Preprocessing? preprocessing) => preprocessing is TextPreprocessing texts
        ? new(texts.Tokenizer.Options.LowerCase, texts.Tokenizer.Options.MaxWordLength, texts.Length)
        : null;

    public string? Fault() =>
        Length is < 2 or > LargestLength ? $"its text length is {Length}; expected 2 to {LargestLength}"
        : MaxWordLength < 1 ? $"its longest word has {MaxWordLength} characters; expected at least 1"
        : null;

    public TextPreprocessing Preprocessing(string path, string vocabulary) =>
        new(WordPieceTokenizer.Parse(vocabulary, path, new() { LowerCase = LowerCase, MaxWordLength = MaxWordLength }), Length);
}

/// <summary>Reads and writes it without reflection.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelDescription))]
internal sealed partial class ModelDescriptionJson : JsonSerializerContext;
