using TorchSharp;

namespace FineTune;

/// <summary>
/// Tells which layers measure their input during training: batch and instance normalization with running statistics.
/// </summary>
internal static class RunningStatistics
{
    // By buffer rather than by type: it covers the one-, two- and three-dimensional kinds, synchronized ones and a
    // user's own, and leaves out those that were built without statistics.
    public static bool Has(torch.nn.Module module) =>
        module.named_buffers(false).Any(buffer => buffer.name is "running_mean" or "running_var");
}
