using FineTune;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TextSentiment;

/// <summary>What the backbone is pre-trained in: it tells what a sentence is about. All of it learns from random weights.</summary>
internal sealed partial class TopicClassifier : Module<Tensor, Tensor>
{
    [Backbone] private readonly Sequential backbone;
    [Head] private readonly Linear head;

    public TopicClassifier(Sequential backbone, int features, int classes) : base(nameof(TopicClassifier))
    {
        this.backbone = backbone;
        head = Linear(features, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
