using System.Globalization;
using System.Text;

namespace FineTune;

/// <summary>
/// Writes one line an epoch to a CSV file: epoch, phase, metrics and the learning rate of each member, empty where it
/// does not train. What callbacks report is in it if they come first. Each line is written and the file closed when the
/// next epoch begins. The lines of a second phase go behind those of the first.
/// </summary>
public sealed class CsvLog : Callback
{
    private readonly string path;
    private readonly bool append;
    private string[]? groups;

    /// <summary>A log in a file.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="append">
    /// Whether lines go behind those of an earlier run, without a second header: as after a resume. A file with other columns is an error.
    /// </param>
    public CsvLog(string path, bool append = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        this.path = path;
        this.append = append;
    }

    /// <inheritdoc/>
    public override void OnFitBegin(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);

        // Of all members that may train in some phase, so that phases have the same columns.
        var members = fit.Compiled.Tunable.Manifest.Members.Where(member => member.Role != MemberRole.Frozen).Select(member => member.Name);
        var first = groups is null;
        groups = [.. members.Union(fit.LearningRates.Select(group => group.Name))];
        var line = Line(["epoch", "phase", .. fit.Produced, .. groups.Select(name => $"learning_rate_{name}")]);
        var goesOn = (append || !first) && File.Exists(path) && new FileInfo(path).Length > 0;
        if (!goesOn)
        {
            Write(FileMode.Create, line);
        }
        else if (File.ReadLines(path).First() is var known && known != line)
        {
            throw new FineTuneException($"The log {path} has the columns {known}, this training has {line}; write to another file.");
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        Write(
            FileMode.Append,
            Line([
                Text(fit.Epoch),
                fit.Compiled.Phase.ToString(),
                .. fit.Produced.Select(name => fit.Metrics.TryGetValue(name, out var value) ? Text(value) : ""),
                .. groups!.Select(name =>
                    fit.LearningRates.FirstOrDefault(group => group.Name == name) is { } group ? Text(group.LearningRate) : ""),
            ]));
    }

    /// <inheritdoc/>
    public override void Save(CallbackState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Set("length", new FileInfo(path).Length);
    }

    /// <summary>Drops the lines of epochs that are now done again.</summary>
    /// <inheritdoc/>
    public override void Restore(FitContext fit, CallbackState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write);
        stream.SetLength(Math.Min(stream.Length, state.Get<long>("length")));
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Line(IEnumerable<string> fields) => string.Join(',', fields.Select(Quoted));

    private static string Quoted(string field) =>
        field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private void Write(FileMode mode, string line)
    {
        using var stream = new FileStream(path, mode, FileAccess.Write, FileShare.Read);
        stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }
}
