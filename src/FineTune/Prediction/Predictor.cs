using FineTune.Data;
using FineTune.Text;
using FineTune.Vision;
using FineTune.Weights;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// A trained model in use: what <c>compiled.Save</c> wrote, ready for pictures and texts as people have them. Inputs are made as the
/// training made them, outputs become class names and probabilities.
/// </summary>
/// <remarks>
/// Any number of threads may predict with one predictor at a time: one is enough for a program, as a singleton of a web server. A model
/// that keeps state between its calls is the exception. A thread that predicts while another disposes of the predictor gets its answer.
/// </remarks>
/// <example><code>
/// using var predictor = Predictor.Load&lt;PetClassifier&gt;("pets.finetune");
/// Prediction pet = predictor.Predict("photo.jpg");
/// Console.WriteLine($"{pet.Label}: {pet.Probability:P1}");
///
/// builder.Services.AddSingleton(_ => Predictor.Load&lt;PetClassifier&gt;("pets.finetune"));      // in ASP.NET Core
/// </code></example>
public sealed class Predictor : IDisposable
{
    private const int MostShown = 100;

    private readonly nn.Module model;
    private readonly IFineTunable tunable;
    private readonly PredictionReader reader;
    private readonly object gate = new();
    private int users = 1;
    private bool disposed;

    private Predictor(nn.Module model, IFineTunable tunable, ModelDescription description, Preprocessing? preprocessing)
    {
        this.model = model;
        this.tunable = tunable;
        Info = description.Info;
        Preprocessing = preprocessing;
        reader = new PredictionReader(description);
        model.eval();
    }

    /// <summary>What the file says of the model: classes, metrics, what it was trained with.</summary>
    public ModelInfo Info { get; }

    /// <summary>The names of the classes by their numbers; empty where the training data had none.</summary>
    public IReadOnlyList<string> Classes => Info.Classes;

    /// <summary>How inputs are made; null where the file does not say, and predictions are made of tensors.</summary>
    public Preprocessing? Preprocessing { get; }

    /// <summary>How many samples of several go through the model at once: 32 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set below 1.</exception>
    public int BatchSize
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 32;

    /// <summary>Loads a model whose class has a constructor without parameters.</summary>
    /// <param name="path">What <c>compiled.Save</c> wrote.</param>
    /// <exception cref="WeightsFileException">
    /// The file is missing, damaged, of a newer version, no saved model or one of another class; or its weights do not fit the class, of
    /// which the sentence lists the missing, the unexpected and those of another shape.
    /// </exception>
    /// <exception cref="FineTuneException">A layer is computed wrong on this machine; the sentence says what to do.</exception>
    public static Predictor Load<TModel>(string path)
        where TModel : nn.Module, IFineTunable, new() => Load(path, static () => new TModel());

    /// <summary>Loads a model that is made in another way: with arguments, or on another device.</summary>
    /// <param name="path">What <c>compiled.Save</c> wrote.</param>
    /// <param name="create">
    /// Makes the model, of whatever weights; it is the predictor's from then on. It computes in the types and on the device that it has.
    /// </param>
    /// <inheritdoc cref="Load{TModel}(string)" path="/exception"/>
    /// <example><code>
    /// Predictor.Load("pets.finetune", () => new PetClassifier(Backbones.ResNet18(), 512));
    /// Predictor.Load("pets.finetune", () => new PetClassifier().to(CUDA));
    /// </code></example>
    public static Predictor Load<TModel>(string path, Func<TModel> create)
        where TModel : nn.Module, IFineTunable
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(create);
        using var file = WeightsFile.Open(path);
        var (description, preprocessing) = ModelFile.Read(file);
        var model = create();
        try
        {
            ThrowUnlessSame(file.Path, description, model.Manifest);
            BackboneWeights.LoadWeights(model, file, new());
            OneDnnCheck.ThrowIfWrong(model);
            return new Predictor(model, model, description, preprocessing);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>What the model says of a picture, by its path, or of a text, whichever it was trained on.</summary>
    /// <param name="input">The path of a PNG, JPEG, WebP, BMP or GIF file; or the text itself.</param>
    /// <exception cref="DamagedSampleException">The file is no picture, or a damaged one.</exception>
    /// <exception cref="FineTuneException">
    /// There is no such file, or the text is empty; or the model was saved without preprocessing.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The predictor is disposed of.</exception>
    public Prediction Predict(string input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return One(() => Input(input));
    }

    /// <summary>What the model says of a picture in a stream, which is read to its end and stays the caller's.</summary>
    /// <exception cref="DamagedSampleException">It is no picture, or a damaged one.</exception>
    /// <exception cref="FineTuneException">The model does not take pictures, or was saved without preprocessing.</exception>
    /// <exception cref="ObjectDisposedException">The predictor is disposed of.</exception>
    public Prediction Predict(Stream picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var pictures = Pictures("a stream");
        return One(() => pictures.Read(picture));
    }

    /// <summary>The same for streams that are read without blocking, such as the body of a request.</summary>
    /// <param name="picture">A picture; it stays the caller's.</param>
    /// <param name="cancellationToken">Ends the reading with an <see cref="OperationCanceledException"/>.</param>
    /// <inheritdoc cref="Predict(Stream)" path="/exception"/>
    public async Task<Prediction> PredictAsync(Stream picture, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var pictures = Pictures("a stream");
        using var content = new MemoryStream();
        await picture.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
        return One(() => pictures.Read(content.ToArray(), "The picture"));
    }

    /// <summary>What the model says of several pictures, by their paths, or of several texts; in their order.</summary>
    /// <inheritdoc cref="Predict(string)" path="/exception"/>
    public IReadOnlyList<Prediction> Predict(IEnumerable<string> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return Several([.. inputs], (input, _) => Input(input), new BatchOptions().Workers);
    }

    /// <summary>What the model says of several pictures; in their order.</summary>
    /// <param name="pictures">Streams, each read to its end, one after the other; they stay the caller's.</param>
    /// <inheritdoc cref="Predict(Stream)" path="/exception"/>
    public IReadOnlyList<Prediction> Predict(IEnumerable<Stream> pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        var preprocessing = Pictures("streams");
        return Several([.. pictures], (picture, index) => preprocessing.Read(picture, $"The picture at index {index}"), workers: 0);
    }

    /// <summary>What the model says of each sample of a set, in the set's order.</summary>
    /// <param name="data">The set; its inputs are taken as they are, its targets are not looked at.</param>
    /// <param name="cancellationToken">Ends the prediction with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="FineTuneException">The set has no samples, or not of what the model takes.</exception>
    /// <exception cref="ObjectDisposedException">The predictor is disposed of.</exception>
    public IReadOnlyList<Prediction> Predict(IDataset data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Several(data, new BatchOptions().Workers, cancellationToken);
    }

    /// <summary>What the model says of inputs that are tensors already.</summary>
    /// <param name="inputs">One or several, each [N, …]; they stay the caller's.</param>
    /// <returns>N predictions.</returns>
    /// <exception cref="FineTuneException">The model takes another number of inputs, or cannot be computed of them.</exception>
    /// <exception cref="ObjectDisposedException">The predictor is disposed of.</exception>
    public IReadOnlyList<Prediction> Predict(Tensors inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var use = new Use(this);
        return Answers(inputs);
    }

    /// <summary>The outputs themselves, as <see cref="CompiledModel.PredictAll(Tensors)"/> gives them.</summary>
    /// <param name="inputs">The inputs, [N, …] each, in the order of <c>forward</c>; they stay the caller's.</param>
    /// <returns>The outputs, [N, …] each. The caller disposes of them.</returns>
    /// <exception cref="FineTuneException">The model takes another number of inputs, or cannot be computed of them.</exception>
    /// <exception cref="ObjectDisposedException">The predictor is disposed of.</exception>
    public Tensors PredictAll(Tensors inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var use = new Use(this);
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        return Forward(inputs).Select(output => output.detach().clone().MoveToOuterDisposeScope());
    }

    /// <summary>Frees the model, once nobody predicts with it any more. Who begins to predict then gets an error.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
        }

        Leave();
    }

    // A class that was moved to another namespace, or copied into a server, is still the same.
    private static string ClassName(string fullName) => fullName[(fullName.LastIndexOf('.') + 1)..];

    private static void ThrowUnlessSame(string path, ModelDescription description, Manifest manifest)
    {
        var (saved, expected) = (ClassName(description.Info.Model), ClassName(manifest.Model));
        if (saved != expected)
        {
            throw new WeightsFileException($"'{path}' holds a {saved}, and not a {expected}; load it as one, or save a {expected}.");
        }

        string[] members = [.. manifest.Members.Select(member => member.Name)];
        string[] missing = [.. members.Except(description.Members)], unexpected = [.. description.Members.Except(members)];
        if (missing.Length + unexpected.Length > 0)
        {
            throw new WeightsFileException(
                $"'{path}' was saved when {expected} had other members"
                    + (missing.Length > 0 ? $"; the file lacks {string.Join(", ", missing)}" : "")
                    + (unexpected.Length > 0 ? $"; the class lacks {string.Join(", ", unexpected)}" : "")
                    + ". Train and save it again, or load it with the class as it was.");
        }
    }

    private Prediction One(Func<Tensor> input)
    {
        using var use = new Use(this);
        using var one = input();
        using var batch = one.unsqueeze(0);
        return Answers(batch)[0];
    }

    private IReadOnlyList<Prediction> Several<T>(T[] items, Func<T, int, Tensor> read, int workers)
    {
        if (items.Length == 0)
        {
            using var use = new Use(this);
            return [];
        }

        // Nothing is read ahead of the only batch.
        return Several(new InputDataset<T>(items, read), items.Length <= BatchSize ? 0 : workers, CancellationToken.None);
    }

    private List<Prediction> Several(IDataset data, int workers, CancellationToken cancellationToken)
    {
        using var use = new Use(this);
        var predictions = new List<Prediction>(data.Count);
        var loader = new BatchLoader(data, new BatchOptions { BatchSize = BatchSize, Shuffle = false, Workers = workers });
        foreach (var batch in Inference.Each(loader.Epoch(0), cancellationToken))
        {
            predictions.AddRange(Answers(batch.Inputs));
        }

        return predictions;
    }

    private Prediction[] Answers(Tensors inputs)
    {
        var samples = inputs is [var first, ..] && first.dim() > 0 ? (int)first.shape[0] : throw new FineTuneException(
            "A prediction needs inputs of shape [samples, …].");
        if (samples == 0)
        {
            return [];
        }

        FreeMemory.GiveBack();
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        return reader.Read(Forward(inputs), samples);
    }

    private Tensors Forward(Tensors inputs)
    {
        var there = ModelDevice.Of(model).Input(inputs);
        try
        {
            return tunable.Call(there);
        }
        catch (Exception exception) when (ForwardFault.Is(exception))
        {
            throw ForwardFault.Of(model, there, exception);
        }
    }

    private Tensor Input(string input) => Preprocessing switch
    {
        PicturePreprocessing pictures when File.Exists(input) => pictures.Read(input),
        PicturePreprocessing => throw new FineTuneException(
            $"There is no file '{Shown(input)}'; {ClassName(Info.Model)} takes pictures: give the path of one, or a stream."),
        TextPreprocessing when string.IsNullOrWhiteSpace(input) => throw new FineTuneException(
            $"The text is empty; {ClassName(Info.Model)} takes a text of one word at least."),
        TextPreprocessing texts => texts.Encode(input),
        _ => throw WithoutPreprocessing(),
    };

    private PicturePreprocessing Pictures(string given) => Preprocessing switch
    {
        PicturePreprocessing pictures => pictures,
        null => throw WithoutPreprocessing(),
        _ => throw new FineTuneException($"{ClassName(Info.Model)} takes texts, and not {given} of pictures; give the text itself."),
    };

    private FineTuneException WithoutPreprocessing() => new(
        $"{ClassName(Info.Model)} was saved without preprocessing, as its training data does not say how inputs are made. State it in "
            + "SaveOptions.Preprocessing when the model is saved, or in the dataset's Preprocessing; or predict tensors.");

    private static string Shown(string input) => input.Length <= MostShown ? input : $"{input.AsSpan(0, MostShown)}…";

    private void Leave()
    {
        lock (gate)
        {
            users--;
            if (users > 0)
            {
                return;
            }
        }

        model.Dispose();
    }

    /// <summary>Somebody who predicts, for whom the model is kept alive.</summary>
    private readonly struct Use : IDisposable
    {
        private readonly Predictor predictor;

        public Use(Predictor predictor)
        {
            lock (predictor.gate)
            {
                ObjectDisposedException.ThrowIf(predictor.disposed, predictor);
                predictor.users++;
            }

            this.predictor = predictor;
        }

        public void Dispose() => predictor.Leave();
    }
}
