using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>What a callback knows, for a checkpoint: values and tensors by name.</summary>
/// <remarks>Configuration does not belong in it: after a resume it comes from code, as before.</remarks>
public sealed class CallbackState
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    internal CallbackState()
        : this([], new Dictionary<string, Tensor>(StringComparer.Ordinal))
    {
    }

    internal CallbackState(JsonObject values, Dictionary<string, Tensor> tensors)
    {
        Values = values;
        Tensors = tensors;
    }

    /// <summary>The tensors; what is put in is read at once and stays the caller's, what is taken out must be copied.</summary>
    public IDictionary<string, Tensor> Tensors { get; }

    internal JsonObject Values { get; }

    /// <summary>Stores a value that can be written as JSON. Doubles come back bit for bit.</summary>
    public void Set<T>(string name, T value) => Values[name] = JsonSerializer.SerializeToNode(value, Json);

    /// <summary>Reads a value.</summary>
    /// <exception cref="FineTuneException">There is none of that name and type.</exception>
    public T? Get<T>(string name)
    {
        try
        {
            return Values.TryGetPropertyValue(name, out var node)
                ? node.Deserialize<T>(Json)
                : throw new FineTuneException($"The checkpoint has no '{name}' for a callback that needs it.");
        }
        catch (JsonException exception)
        {
            throw new FineTuneException($"The checkpoint's '{name}' is not what the callback needs: {exception.Message}", exception);
        }
    }
}
