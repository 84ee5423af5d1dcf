using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Text by its letters: an encoder that is known, a new classifier, and a rate for each.
const double Rate = 4e-3;
manual_seed(73);
using var model = new LetterNet(Languages.Names.Length);
if (args is [var file, ..])
    model.LoadEncoder(file);

// Of the encoder only the norms and the last projection are trained.
foreach (var (name, parameter) in model.named_parameters())
    parameter.requires_grad = !name.StartsWith("encoder", StringComparison.Ordinal) || name.Contains("norm") || name.Contains("proj");

var groups = new[]
{
    new AdamW.ParamGroup
    {
        Parameters = model.Encoder.parameters().Where(parameter => parameter.requires_grad), // FT3002
        Options = new AdamW.Options { LearningRate = Rate / 4, weight_decay = 0.01 },
    },
    new AdamW.ParamGroup
    {
        Parameters = model.Classifier.parameters().ToList(),
        Options = new AdamW.Options { LearningRate = Rate, weight_decay = 0.01 },
    },
};
var optimizer = optim.AdamW(groups, Rate);
var scheduler = optim.lr_scheduler.ExponentialLR(optimizer, 0.9);
var training = Languages.Words(1500, seed: 1).ToList();
var testing = Languages.Words(300, seed: 2).ToList();
var shuffle = new Random(3);

for (var epoch = 1; epoch <= 6; epoch++)
{
    model.train();
    var losses = new List<float>();
    foreach (var batch in training.OrderBy(_ => shuffle.Next()).Chunk(50))
    {
        using var scope = NewDisposeScope();
        var (letters, languages) = Languages.Collate(batch);
        optimizer.zero_grad();
        var loss = functional.cross_entropy(model.call(letters), languages);
        loss.backward();
        optimizer.step();
        losses.Add(loss.item<float>());
    }

    scheduler.step();
    Console.WriteLine($"Epoch {epoch}: {losses.Average():F4}, {Right():P1}");
}

double Right()
{
    model.eval();
    using var guard = no_grad();
    using var scope = NewDisposeScope();
    var (letters, languages) = Languages.Collate(testing);
    return model.call(letters).argmax(1).eq(languages).to(ScalarType.Float32).mean().item<float>();
}

internal sealed class LetterNet : Module<Tensor, Tensor>
{
    private readonly LetterEncoder encoder;
    private readonly Linear classifier;

    public LetterNet(int languages)
        : base("letters")
    {
        encoder = new LetterEncoder(24);
        classifier = Linear(24, languages);
        RegisterComponents();
    }

    public LetterEncoder Encoder => encoder;

    public Linear Classifier => classifier;

    public void LoadEncoder(string file) => encoder.load(file);

    public override Tensor forward(Tensor letters) => classifier.call(encoder.call(letters));
}

internal sealed class LetterEncoder : Module<Tensor, Tensor>
{
    private readonly Embedding letters;
    private readonly LSTM lstm;
    private readonly LayerNorm norm;
    private readonly Linear proj;

    public LetterEncoder(long width)
        : base("encoder")
    {
        letters = Embedding(27, width, padding_idx: 0);
        lstm = LSTM(width, width, batchFirst: true, bidirectional: true);
        norm = LayerNorm(2 * width);
        proj = Linear(2 * width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor words)
    {
        var (states, _, _) = lstm.call(letters.call(words));
        return proj.call(norm.call(states.max(1).values)).relu();
    }
}

internal static class Languages
{
    public static readonly string[] Names = ["vowelish", "endish", "doublish"];

    public static IEnumerable<(string Word, long Language)> Words(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var language = random.Next(Names.Length);
            var letters = Enumerable.Range(0, random.Next(4, 9)).Select(_ => (char)('a' + random.Next(26))).ToArray();
            for (var l = 1; l < letters.Length; l += 2)
            {
                letters[l] = language switch
                {
                    0 => "aeiou"[random.Next(5)],
                    1 when l >= letters.Length - 2 => 's',
                    2 => letters[l - 1],
                    _ => letters[l],
                };
            }

            yield return (new string(letters), language);
        }
    }

    public static (Tensor Letters, Tensor Languages) Collate(IReadOnlyCollection<(string Word, long Language)> words)
    {
        var width = words.Max(item => item.Word.Length);
        var letters = words.SelectMany(item => item.Word.PadRight(width, '`').Select(letter => letter - '`' + 0L));
        return (tensor(letters.ToArray()).view(words.Count, width), tensor(words.Select(item => item.Language).ToArray()));
    }
}
