using System.Globalization;
using System.Text.Json;
using FineTune.Data;
using FineTune.Text;
using FineTune.Weights;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// The file of a saved model: safetensors whose metadata describe it, with a checksum over everything in it. Other readers of the format
/// see the weights; <c>vocabulary</c> is what a <c>vocab.txt</c> would hold.
/// </summary>
internal static class ModelFile
{
    private const string Format = "finetune-model";

    // What an older library would read wrongly gets the next number.
    private const int Version = 1;

    public static void Write(
        string path, ModelDescription description, Preprocessing? preprocessing, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var json = JsonSerializer.Serialize(description, ModelDescriptionJson.Default.ModelDescription);
        var vocabulary = preprocessing is TextPreprocessing texts ? string.Join('\n', texts.Tokenizer.Vocabulary) : null;
        using var checksum = new ContentChecksum();
        checksum.Add(json);
        checksum.Add(vocabulary ?? "");
        checksum.Add(tensors);
        var metadata = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["version"] = Version.ToString(CultureInfo.InvariantCulture),
            ["sha256"] = checksum.ToString(),
            ["description"] = json,
        };
        if (vocabulary is not null)
        {
            metadata["vocabulary"] = vocabulary;
        }

        SafeTensors.Write(path, tensors, metadata);
    }

    /// <exception cref="WeightsFileException">The file is damaged, of a newer version, or something else.</exception>
    public static (ModelDescription Description, Preprocessing? Preprocessing) Read(WeightsFile file)
    {
        if (file.Metadata.GetValueOrDefault("format") != Format)
        {
            throw new WeightsFileException(
                $"'{file.Path}' was not written by compiled.Save, which a predictor needs: it does not say what its weights are of. "
                    + "model.LoadWeights reads weights alone.");
        }

        ThrowUnlessVersion(file);
        if (!file.Metadata.TryGetValue("description", out var json) || file.Metadata.GetValueOrDefault("sha256") != Checksum(file, json))
        {
            throw Damaged(file, "its checksum is not that of its content");
        }

        try
        {
            var description = JsonSerializer.Deserialize(json, ModelDescriptionJson.Default.ModelDescription)
                ?? throw Damaged(file, "its description is empty");
            return description.Fault() is { } fault ? throw Damaged(file, fault) : (description, Preprocessing(file, description));
        }
        catch (JsonException exception)
        {
            throw Damaged(file, $"its description cannot be read ({exception.Message})", exception);
        }
    }

    private static void ThrowUnlessVersion(WeightsFile file)
    {
        var text = file.Metadata.GetValueOrDefault("version");
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1)
        {
            throw Damaged(file, $"its version is '{text}'");
        }

        if (version > Version)
        {
            throw new WeightsFileException(
                $"'{file.Path}' was written by a newer version of FineTune, in version {version} of the format; this one reads version "
                    + $"{Version}. Update the package.");
        }
    }

    private static Preprocessing? Preprocessing(WeightsFile file, ModelDescription description)
    {
        if (description.Picture is { } picture)
        {
            return picture.Preprocessing();
        }

        if (description.Text is not { } text)
        {
            return null;
        }

        var vocabulary = file.Metadata.GetValueOrDefault("vocabulary") ?? throw Damaged(file, "its vocabulary is missing");
        try
        {
            return text.Preprocessing(file.Path, vocabulary);
        }
        catch (FineTuneException exception)
        {
            throw new WeightsFileException(exception.Message, exception);
        }
    }

    // One tensor in memory at a time.
    private static string Checksum(WeightsFile file, string json)
    {
        using var checksum = new ContentChecksum();
        checksum.Add(json);
        checksum.Add(file.Metadata.GetValueOrDefault("vocabulary") ?? "");
        foreach (var stored in file.Tensors.Values.OrderBy(stored => stored.Name, StringComparer.Ordinal))
        {
            using var tensor = stored.Read();
            checksum.Add(stored.Name, tensor);
        }

        return checksum.ToString();
    }

    private static WeightsFileException Damaged(WeightsFile file, string what, Exception? exception = null) =>
        new($"'{file.Path}' is damaged: {what}.", exception);
}
