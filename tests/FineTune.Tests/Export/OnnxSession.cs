using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>ONNX Runtime with an exported file: the oracle of what the file computes.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession session;

    public OnnxSession(string file)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };

        // Wrong shapes and types are errors where the file is loaded, not where it is run.
        options.AddSessionConfigEntry("session.strict_shape_type_inference", "1");
        session = new InferenceSession(file, options);
    }

    public IReadOnlyList<string> Inputs => session.InputNames;

    public IReadOnlyList<string> Outputs => session.OutputNames;

    public ModelMetadata Metadata => session.ModelMetadata;

    public IReadOnlyList<string> DimensionsOf(string input) =>
        [.. session.InputMetadata[input].Dimensions.Zip(
            session.InputMetadata[input].SymbolicDimensions, (size, name) => size < 0 ? name : $"{size}")];

    public Tensor[] Run(params IReadOnlyList<Tensor> inputs)
    {
        var values = inputs.Select(Value).ToList();
        try
        {
            using var options = new RunOptions();
            using var outputs = session.Run(options, [.. session.InputNames], values, session.OutputNames);
            return [.. outputs.Select(output => tensor(output.GetTensorDataAsSpan<float>().ToArray()).reshape(
                output.GetTensorTypeAndShape().Shape))];
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }

    public void Dispose() => session.Dispose();

    private static OrtValue Value(Tensor tensor) => tensor.dtype switch
    {
        ScalarType.Int64 => OrtValue.CreateTensorValueFromMemory(tensor.contiguous().data<long>().ToArray(), tensor.shape),
        ScalarType.Bool => OrtValue.CreateTensorValueFromMemory(tensor.contiguous().data<bool>().ToArray(), tensor.shape),
        _ => OrtValue.CreateTensorValueFromMemory(tensor.contiguous().data<float>().ToArray(), tensor.shape),
    };
}
