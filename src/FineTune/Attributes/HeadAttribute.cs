namespace FineTune;

/// <summary>Marks a part that starts from random weights: it trains in every phase.</summary>
/// <remarks>
/// With the name of a part, it stands beside <see cref="BackboneAttribute"/>, and of the backbone that part is the head: as TorchSharp's
/// own models are made for transfer, whose <c>skipfc</c> leaves the weights of their last layer random.
/// </remarks>
/// <example><code>
/// [Backbone, Head("fc")] private readonly ResNet model = torchvision.models.resnet18(num_classes: 3);
/// [Backbone, Head("classifier.6")] private readonly VGG model = torchvision.models.vgg16(num_classes: 3);
/// </code></example>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class HeadAttribute : Attribute
{
    /// <summary>The member is a head.</summary>
    public HeadAttribute()
    {
    }

    /// <summary>A part of the backbone that the member holds is a head; the rest of it is the backbone.</summary>
    /// <param name="part">The names from the member down to the part, as in <c>fc</c> or <c>classifier.6</c>.</param>
    public HeadAttribute(string part) => Part = part;

    /// <summary>The part of the backbone that is the head; null where the member itself is.</summary>
    public string? Part { get; }

    /// <summary>The learning rate of this member while the backbone is frozen; NaN leaves it to <c>Compile</c>.</summary>
    public double LearningRate { get; set; } = double.NaN;
}
