namespace FineTune.Analyzers.AnnotatedClasses;

/// <summary>The layers of backbones in forward order, counted by the rules of the runtime's <c>LayerList</c>.</summary>
internal sealed class LayerCount
{
    private readonly List<bool> layers = [];
    private readonly List<(int Start, int End)> residual = [];

    public LayerCount(IEnumerable<ModuleShape> backbones)
    {
        foreach (var backbone in backbones)
        {
            Walk(backbone, Place.Backbone);
        }
    }

    private enum Place
    {
        Backbone,
        Stage,
        Block,
        Inside,
    }

    /// <summary>Of each layer, whether it has parameters.</summary>
    public IReadOnlyList<bool> Layers => layers;

    /// <summary>How many blocks there are.</summary>
    public int Blocks { get; private set; }

    /// <summary>The layers that stand in one residual block, from the first up to the one after the last.</summary>
    public IReadOnlyList<(int Start, int End)> ResidualBlocks => residual;

    /// <summary>How many there are of what <c>LayerUnit</c> counts.</summary>
    public int Of(string unit) => unit switch
    {
        "Block" => Blocks,
        "Parameterized" => layers.Count(hasParameters => hasParameters),
        _ => layers.Count,
    };

    /// <summary>How many of a unit stand at a layer or after it.</summary>
    public int From(int layer, string unit) => layers.Skip(layer).Count(hasParameters => unit != "Parameterized" || hasParameters);

    /// <summary>The first layer that trains where the last <paramref name="count"/> are unfrozen.</summary>
    public int FirstOfLast(int count, string unit)
    {
        var first = layers.Count;
        while (first > 0 && From(first, unit) < count)
        {
            first--;
        }

        return first;
    }

    private void Walk(ModuleShape shape, Place place)
    {
        var start = layers.Count;
        switch (shape)
        {
            case ModuleShape.Leaf leaf:
                layers.Add(leaf.HasParameters);
                break;
            case ModuleShape.Chain chain:
                foreach (var part in chain.Parts)
                {
                    Walk(part, Below(place, part));
                }

                break;
            case ModuleShape.Class own:
                foreach (var part in own.Parts)
                {
                    Walk(part, Below(place, part));
                }

                if (own.IsResidual)
                {
                    residual.Add((start, layers.Count));
                }

                break;
        }

        if (place == Place.Block && layers.Skip(start).Any(hasParameters => hasParameters))
        {
            Blocks++;
        }
    }

    private static Place Below(Place place, ModuleShape part) => place switch
    {
        Place.Backbone => part is ModuleShape.Chain ? Place.Stage : Place.Block,
        Place.Stage => part is ModuleShape.Chain { Parts: var parts } && parts.All(HasParts) ? Place.Stage : Place.Block,
        _ => Place.Inside,
    };

    private static bool HasParts(ModuleShape shape) =>
        shape is ModuleShape.Chain { Parts.Count: > 0 } or ModuleShape.Class { Parts.Count: > 0 };
}
