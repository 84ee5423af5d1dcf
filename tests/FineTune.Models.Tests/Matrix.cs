using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models.Tests;

/// <summary>The classes, by what they are for.</summary>
internal static class Matrix
{
    public static IReadOnlyList<ModelCase> All { get; } =
    [
        .. Vision.Cases, .. Text.Cases, .. Pixels.Cases, .. Detection.Cases, .. Audio.Cases, .. Tables.Cases, .. Recurrent.Cases,
        .. Attention.Cases, .. Shared.Cases, .. Classes.Cases, .. Torchvision.Cases,
    ];

    public static IEnumerable<string> Cases => All.Select(one => one.Name);

    public static ModelCase Of(string name) => All.Single(one => one.Name == name);

    /// <summary>Pictures of a size, and which of three classes each is of.</summary>
    public static Func<(Tensors, Tensors)> Pictures(int size = 8) => () => (randn(ModelCase.Samples, 3, size, size), Labels());

    /// <summary>Sentences of six of twenty tokens, and which of three classes each is of.</summary>
    public static Func<(Tensors, Tensors)> Sentences() => () => (Tokens(), Labels());

    public static Tensor Tokens() => randint(1, 20, [ModelCase.Samples, 6]);

    /// <summary>1 where there is a token; at least two of six.</summary>
    public static Tensor Mask() =>
        arange(6).unsqueeze(0).lt(randint(2, 7, [ModelCase.Samples, 1])).to_type(ScalarType.Float32);

    public static Tensor Labels() => randint(0, 3, [ModelCase.Samples]);

    /// <summary>A case of a model that takes one tensor and gives three logits.</summary>
    public static ModelCase Classifier<TModel>(
        string name,
        Func<TModel> create,
        Func<(Tensors, Tensors)> data,
        string[] trains,
        Phase? fine = null,
        string[]? heads = null,
        string? notKept = null)
        where TModel : Module<Tensor, Tensor>, IFineTunable =>
        new ModelCase.Of<TModel>(
            name, create, data, Losses.CategoricalCrossEntropy(), (model, x, y) => functional.cross_entropy(model.call(x[0]), y[0]))
        {
            Trains = trains,
            Fine = fine ?? Phase.Last(1, LayerUnit.Parameterized),
            Heads = heads ?? ["head"],
            NotKept = notKept,
        };
}
