using System.Runtime.CompilerServices;
using FineTune.Weights;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Loads and saves the pre-trained part of a model, or all of it.</summary>
public static class BackboneWeights
{
    private static readonly ConditionalWeakTable<IFineTunable, string> Sources = [];

    /// <summary>
    /// Fills the backbone from a weights file, all of it or nothing. The head of the network in the file is left out.
    /// With several backbones, the file's names start with those of their members.
    /// </summary>
    /// <param name="model">The model; its head keeps its values.</param>
    /// <param name="path">Anything that <see cref="WeightsFile.Open"/> reads, with the names of the backbone: torchvision's for
    /// <see cref="Vision.Backbones"/>.</param>
    /// <param name="options">How names are matched; strictly unless said otherwise.</param>
    /// <returns>What was loaded and what was not.</returns>
    /// <exception cref="WeightsFileException">
    /// The file is missing or damaged; or its tensors do not fit the backbone, of which the sentence lists the missing,
    /// the unexpected and those of another shape.
    /// </exception>
    /// <exception cref="ArgumentException">A pattern of <see cref="LoadBackboneOptions.Rename"/> cannot be used.</exception>
    public static LoadReport LoadBackbone(this IFineTunable model, string path, LoadBackboneOptions? options = null)
    {
        (var member, var targets, var remainders) = Backbone(model);
        using var file = WeightsFile.Open(path);
        var match = new BackboneMatch(file, member, targets, remainders, options ?? new());
        file.Verify();
        match.Load();
        Sources.AddOrUpdate(model, Path.GetFileName(path));
        return match.Report(path);
    }

    /// <summary>The name of the file that the backbone was loaded from; null where it was not.</summary>
    internal static string? SourceOf(IFineTunable model) => Sources.TryGetValue(model, out var file) ? file : null;

    /// <summary>
    /// Writes the backbone to a safetensors file, which <see cref="LoadBackbone"/> reads. The file appears whole or not at all.
    /// </summary>
    /// <param name="model">The model; its head is not written.</param>
    /// <param name="path">Where to. A file of that name is replaced.</param>
    /// <exception cref="WeightsFileException">It cannot be written.</exception>
    public static void SaveBackbone(this IFineTunable model, string path) => SafeTensors.Write(path, Backbone(model).Tensors);

    /// <summary>
    /// Fills the whole model, head included, from a file of one, such as <c>ModelCheckpoint</c> writes: all of it or nothing.
    /// Buffers, such as running statistics, are filled as well.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Anything that <see cref="WeightsFile.Open"/> reads, with the names of the model.</param>
    /// <param name="options">How names are matched; strictly unless said otherwise.</param>
    /// <returns>What was loaded and what was not.</returns>
    /// <exception cref="WeightsFileException">
    /// The file is missing or damaged; or its tensors do not fit the model, of which the sentence lists the missing, the unexpected and
    /// those of another shape.
    /// </exception>
    /// <exception cref="ArgumentException">A pattern of <see cref="LoadBackboneOptions.Rename"/> cannot be used.</exception>
    /// <example><code>
    /// model.LoadWeights("best.safetensors");      // what new ModelCheckpoint("best.safetensors", bestOnly: true) wrote
    /// </code></example>
    public static LoadReport LoadWeights(this IFineTunable model, string path, LoadBackboneOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var file = WeightsFile.Open(path);
        return LoadWeights(model, file, options ?? new());
    }

    /// <summary>The same from a file that is open.</summary>
    internal static LoadReport LoadWeights(IFineTunable model, WeightsFile file, LoadBackboneOptions options)
    {
        var match = new BackboneMatch(file, null, ((nn.Module)model).state_dict(), [], options);
        file.Verify();
        match.Load();
        return match.Report(file.Path);
    }

    private static (string Member, Dictionary<string, Tensor> Tensors, List<string> HeadRemainders) Backbone(IFineTunable model)
    {
        var manifest = model.Manifest;
        string[] members = [.. manifest.Members.Where(member => member.Role == MemberRole.Backbone).Select(member => member.Name)];
        var children = ((nn.Module)model).named_children().Where(child => members.Contains(child.name)).ToList();
        var tensors = new Dictionary<string, Tensor>();
        var remainders = new List<string>();
        foreach ((var member, var module) in children)
        {
            var prefix = children.Count == 1 ? "" : member + ".";
            foreach ((var name, var tensor) in module.state_dict())
            {
                if (manifest.MemberOf($"{member}.{name}")!.Role == MemberRole.Backbone)
                {
                    tensors[prefix + name] = tensor;
                }
            }

            remainders.AddRange(module.named_modules().Where(part => part.module is IHeadRemainder).Select(part => prefix + part.name));
            remainders.AddRange(manifest.Members
                .Where(part => part.Role == MemberRole.Head && part.Name.StartsWith(member + ".", StringComparison.Ordinal))
                .Select(part => prefix + part.Name[(member.Length + 1)..]));
        }

        return (string.Join(" and ", members), tensors, remainders);
    }
}
