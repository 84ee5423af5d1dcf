namespace FineTune;

/// <summary>The report about what was trained.</summary>
public static class TrainingReport
{
    /// <summary>
    /// Writes a page about every <see cref="CompiledModel.Fit"/> since the first <c>Compile</c>: curves of loss, metrics and learning
    /// rates over all phases, which layers trained when, the confusion matrix with examples, what was forgotten,
    /// warnings and the environment. One file of HTML that loads nothing, light or dark as the reader prefers.
    /// </summary>
    /// <param name="compiled">The model, after a training.</param>
    /// <param name="path">The file; it appears whole or not at all.</param>
    /// <param name="options">What to show; the last fit's validation data where not stated.</param>
    /// <exception cref="FineTuneException">Nothing was trained yet.</exception>
    /// <example><code>compiled.WriteReport("report.html");</code></example>
    public static void WriteReport(this CompiledModel compiled, string path, ReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(compiled);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ReportPage.Write(compiled, path, options ?? new ReportOptions());
    }
}
