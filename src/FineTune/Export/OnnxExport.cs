using System.Text;
using System.Text.Json;
using FineTune.Onnx;
using FineTune.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Writes trained models as ONNX files, which ML.NET, Python and browsers can run.</summary>
public static class OnnxExport
{
    private const double Tolerance = 1e-4;

    /// <summary>
    /// Writes the model as an ONNX file (operator set 17) that computes what it answers in evaluation mode: dropout is gone, batch
    /// normalization uses its running statistics. The batch size is free, and so is the length of sentences where the model takes any.
    /// Parameters have the names of the state dictionary.
    /// </summary>
    /// <param name="compiled">A compiled model, trained or not.</param>
    /// <param name="file">The path of the file, which is written whole or not at all.</param>
    /// <param name="options">How to write it.</param>
    /// <remarks>
    /// Inputs are named as the parameters of <c>forward</c> where there are several, else <c>input</c>; outputs as
    /// <see cref="Manifest.Outputs"/>, else <c>output</c>. What <c>forward</c> computes between modules is recognized by what it does to
    /// random numbers; whatever is written was compared with the model before.
    /// </remarks>
    /// <exception cref="FineTuneException">
    /// The model has something that has no known form in ONNX: the sentence names it. Or it has not been trained by <c>Fit</c>, and no
    /// example says what it takes; its parameters are not of type Float32; or they take more than 2 GB.
    /// </exception>
    /// <example><code>
    /// compiled.Fit(train, new() { Epochs = 10 });
    /// compiled.ExportOnnx("pets.onnx", new() { Probabilities = true });
    /// </code></example>
    public static void ExportOnnx(this CompiledModel compiled, string file, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(compiled);
        ArgumentException.ThrowIfNullOrEmpty(file);
        options ??= new OnnxExportOptions();
        var model = compiled.Model;
        if (model.parameters().FirstOrDefault(parameter => parameter.dtype != ScalarType.Float32) is { } other)
        {
            throw new FineTuneException(
                $"The model has parameters of type {other.dtype}; an export takes Float32. Convert it first, by model.to(torch.float32), "
                    + "and compile it again.");
        }

        using var mode = new InferenceMode(model);
        using var scope = NewDisposeScope();
        var example = Example(compiled, options);
        var free = ExampleBatches.OfAnyLength(example);
        if (free is null || !TryExport(free))
        {
            Export(compiled, file, options, ExampleBatches.OfSameLength(example));
        }

        // A model whose sentences must have one length says so in one way or the other.
        bool TryExport(ExampleBatches batches)
        {
            try
            {
                Export(compiled, file, options, batches);
                return true;
            }
            catch (FineTuneException)
            {
                return false;
            }
        }
    }

    private static Tensors Example(CompiledModel compiled, OnnxExportOptions options)
    {
        if (options.ExampleInputs is { } stated)
        {
            return ModelDevice.Of(compiled.Model).Input(stated);
        }

        if (compiled.Log.TrainingData is not { Count: > 0 } data)
        {
            throw new FineTuneException(
                "Nothing says what the model takes, as it was not trained by Fit: give the export a batch of each input, as in "
                    + "new OnnxExportOptions { ExampleInputs = torch.rand(1, 3, 224, 224) }.");
        }

        var sample = data.Read(0, new Random(0));
        sample.Targets.Dispose();
        return ModelDevice.Of(compiled.Model).Input(sample.Inputs.Select(input => input.unsqueeze(0)));
    }

    private static void Export(CompiledModel compiled, string file, OnnxExportOptions options, ExampleBatches batches)
    {
        var (model, manifest) = (compiled.Model, compiled.Manifest);
        List<Tensors> expected =
        [
            .. batches.All.Select(batch => ForwardFault.Explained(model, batch, () => ModelCall.Of(model, batch))),
        ];
        using var export = new ModelExport(model, expected.Count);
        var inputs = batches.All[0].Select((_, i) => export.Graph.Input(
            i < manifest.Inputs.Count ? manifest.Inputs[i] : batches.All[0].Count == 1 ? "input" : $"input{i}", batches.Of(i))).ToList();
        var outputs = export.Of(model, inputs);
        Check(model, expected, outputs);

        string NameOf(int output) =>
            manifest.Outputs.Count > 0 ? manifest.Outputs[output] : outputs.Count == 1 ? "output" : $"output{output}";

        var terms = options.Probabilities ? compiled.Loss.Terms : [];
        List<OnnxValue> named =
        [
            .. outputs.Select((output, i) =>
                export.Graph.Output(NameOf(i), Probabilities(export.Graph, output, terms.FirstOrDefault(term => term.Output == i)?.Loss))),
        ];
        OnnxWriter.Write(
            file,
            manifest.Model,
            export.Graph,
            [.. inputs.Select(batches.Port)],
            [.. named.Select(batches.Port)],
            [.. Metadata(compiled)]);
    }

    private static OnnxValue Probabilities(OnnxGraph graph, OnnxValue output, Loss? loss) => LossActivation.Of(loss) switch
    {
        OutputActivation.Sigmoid => graph.Sigmoid(output),
        OutputActivation.Softmax => graph.Softmax(output, 1),
        _ => output,
    };

    // Each part was compared by itself; this compares them all.
    private static void Check(nn.Module model, List<Tensors> expected, IReadOnlyList<OnnxValue> outputs)
    {
        for (var batch = 0; batch < expected.Count; batch++)
        {
            for (var i = 0; i < outputs.Count; i++)
            {
                var (difference, largest) = Difference(outputs[i].Samples[batch], expected[batch][i]);
                if (!(difference <= Tolerance * Math.Max(largest, 1e-3)))
                {
                    throw new FineTuneException(FormattableString.Invariant(
                        $"The exported graph would answer otherwise than {model.GetName()}: output {i} differs by {difference:G2}."));
                }
            }
        }
    }

    private static (double Difference, double Largest) Difference(Tensor one, Tensor other)
    {
        if (!one.shape.SequenceEqual(other.shape))
        {
            return (double.PositiveInfinity, 0);
        }

        using var expected = other.to_type(ScalarType.Float64);
        return (one.to_type(ScalarType.Float64).sub(expected).abs().max().ToDouble(), expected.abs().max().ToDouble());
    }

    private static IEnumerable<(string Key, string Value)> Metadata(CompiledModel compiled)
    {
        yield return ("model", compiled.Manifest.Model);
        if (compiled.Log.Classes is { } classes)
        {
            yield return ("classes", Json(classes, static (json, name) => json.WriteStringValue(name)));
        }

        if (compiled.Log.Preprocessing is PicturePreprocessing { Normalization: var normalization })
        {
            yield return ("mean", Json(normalization.Mean));
            yield return ("standard_deviation", Json(normalization.StandardDeviation));
        }
    }

    private static string Json(IEnumerable<float> values) => Json(values, static (json, value) => json.WriteNumberValue(value));

    private static string Json<T>(IEnumerable<T> values, Action<Utf8JsonWriter, T> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (var value in values)
            {
                write(json, value);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
