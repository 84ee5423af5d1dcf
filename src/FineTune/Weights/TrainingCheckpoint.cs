using System.Text.Json;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>
/// A training run at one moment: numbers as JSON, tensors by name. One safetensors file, which appears whole or not at
/// all, with a checksum over everything in it.
/// </summary>
internal sealed class TrainingCheckpoint<TState>(TState state, IReadOnlyDictionary<string, Tensor> tensors) : IDisposable
{
    private const string Format = "finetune-training-2";

    // Doubles are written so that they read back bit for bit, NaN and infinities included.
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public TState State { get; } = state;

    public IReadOnlyDictionary<string, Tensor> Tensors { get; } = tensors;

    public void Write(string path)
    {
        var json = JsonSerializer.Serialize(State, Json);
        SafeTensors.Write(path, Tensors, new Dictionary<string, string>
        {
            ["format"] = Format,
            ["sha256"] = Checksum(json, Tensors),
            ["state"] = json,
        });
    }

    /// <exception cref="WeightsFileException">The file is damaged, or something else.</exception>
    public static TrainingCheckpoint<TState> Read(string path)
    {
        using var file = WeightsFile.Open(path);
        if (file.Metadata.GetValueOrDefault("format") != Format || !file.Metadata.TryGetValue("state", out var json))
        {
            throw new WeightsFileException($"'{path}' is no checkpoint of a training run, or of another version.");
        }

        var tensors = file.Tensors.ToDictionary(
            stored => stored.Key, stored => stored.Value.Read().DetachFromDisposeScope(), StringComparer.Ordinal);
        try
        {
            if (file.Metadata.GetValueOrDefault("sha256") != Checksum(json, tensors))
            {
                throw new WeightsFileException($"'{path}' is damaged: its checksum is not that of its content.");
            }

            var state = JsonSerializer.Deserialize<TState>(json, Json)
                ?? throw new WeightsFileException($"'{path}' has an empty state.");
            return new TrainingCheckpoint<TState>(state, tensors);
        }
        catch (Exception exception)
        {
            Free(tensors);
            if (exception is JsonException)
            {
                throw new WeightsFileException($"'{path}' has a state that cannot be read: {exception.Message}", exception);
            }

            throw;
        }
    }

    public void Dispose() => Free(Tensors);

    private static void Free(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static string Checksum(string json, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var checksum = new ContentChecksum();
        checksum.Add(json);
        checksum.Add(tensors);
        return checksum.ToString();
    }
}
