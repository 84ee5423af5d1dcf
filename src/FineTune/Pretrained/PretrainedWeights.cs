using FineTune.Weights;
using TorchSharp.Modules;

namespace FineTune;

/// <summary>Fills a backbone that stands in no model yet.</summary>
internal static class PretrainedWeights
{
    /// <returns>The backbone; it is disposed if its weights cannot be read.</returns>
    public static Sequential Load(WeightsFile file, string name, Sequential backbone, out LoadReport report)
    {
        try
        {
            var match = new BackboneMatch(file, name, backbone.state_dict(), [], new());
            match.Load();
            report = match.Report(file.Path);
            return backbone;
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }
}
