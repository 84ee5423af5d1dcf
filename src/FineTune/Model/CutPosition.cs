using TorchSharp;

namespace FineTune;

/// <summary>Where the frozen part of a backbone ends.</summary>
/// <param name="Backbone">The backbone.</param>
/// <param name="Stages">The stages before the cut.</param>
internal readonly record struct CutPosition(torch.nn.Module<torch.Tensor, torch.Tensor> Backbone, int Stages);
