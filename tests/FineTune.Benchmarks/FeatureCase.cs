using System.Globalization;
using FineTune.Data;
using FineTune.Text;
using FineTune.Vision;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune.Benchmarks;

/// <summary>A network to fine-tune, and on how much.</summary>
/// <param name="Name">As its class is called where PyTorch has one.</param>
/// <param name="Samples">The samples of an epoch.</param>
/// <param name="Batch">The samples of a step.</param>
/// <param name="Size">The shape of a sample.</param>
/// <param name="Unfrozen">The phase that comes after that of the head.</param>
/// <param name="Backbone">Makes what is pre-trained.</param>
/// <param name="Features">What it answers to a sample.</param>
internal sealed record FeatureCase(
    string Name, int Samples, int Batch, long[] Size, Phase Unfrozen, Func<Sequential> Backbone, int Features)
{
    private const int Words = 30_522;

    private static readonly Phase Layer4 = Phase.Matching("layer4", "avgpool", "flatten");

    /// <summary>All that tables are made of.</summary>
    public static IReadOnlyList<FeatureCase> All { get; } =
    [
        new("resnet18", 512, 32, [3, 64, 64], Layer4, Backbones.ResNet18, 512),
        new("resnet18", 128, 16, [3, 224, 224], Layer4, Backbones.ResNet18, 512),
        new("resnet50", 256, 32, [3, 64, 64], Layer4, Backbones.ResNet50, 2048),
        new("mobilenet_v2", 256, 32, [3, 96, 96], Phase.Last(20), Backbones.MobileNetV2, 1280),
        new("transformer", 256, 32, [32, 128], Phase.Last(1, LayerUnit.Block), Tuned.Transformer, 128),
        new("minilm", 128, 16, [128], Phase.Last(2, LayerUnit.Block), MiniLM, 384),
    ];

    /// <summary>Whether samples are numbers of tokens; PyTorch has no class for what reads them.</summary>
    public bool HasTokens => Size.Length == 1;

    /// <summary>The size of a sample in words.</summary>
    public string Shape => HasTokens ? $"{Size[0]} tokens" : string.Join('×', Size);

    /// <summary>What a peer knows an epoch of it by.</summary>
    /// <param name="phase"><c>head</c>, <c>last</c> or <c>full</c>.</param>
    public string PeerName(string phase) => $"features/{Name}/{phase}/{Samples}/{Batch}/{string.Join(',', Size)}";

    /// <summary>What <see cref="PeerName"/> wrote.</summary>
    public static (FeatureCase Case, Phase Phase) Parse(string peerName)
    {
        var words = peerName.Split('/');
        var one = All.First(one => one.Name == words[1]) with
        {
            Samples = int.Parse(words[3], CultureInfo.InvariantCulture),
            Batch = int.Parse(words[4], CultureInfo.InvariantCulture),
            Size = [.. words[5].Split(',').Select(length => long.Parse(length, CultureInfo.InvariantCulture))],
        };
        var phase = words[2] switch
        {
            "head" => Phase.Head,
            "last" => one.Unfrozen,
            _ => Phase.Full,
        };
        return (one, phase);
    }

    /// <summary>The network with a new head.</summary>
    public Tuned Create() => new(Backbone(), Features);

    /// <summary>Samples of noise, [N, …], and their classes, [N].</summary>
    public (Tensor Inputs, Tensor Targets) Data() =>
        (HasTokens ? randint(0, Words, [Samples, .. Size]) : randn([Samples, .. Size]), randint(0, 10, [Samples]));

    /// <summary>The same as a dataset.</summary>
    public InMemoryDataset Dataset()
    {
        var (inputs, targets) = Data();
        return new InMemoryDataset(inputs, targets);
    }

    private static Sequential MiniLM() => TransformerBackbone.Create(TransformerBackbone.Named("all-MiniLM-L6-v2"));
}
