using System.Globalization;
using static TorchSharp.torch;

namespace FineTune.Data;

/// <summary>
/// The rows of a CSV file with a header. A sample's input is its numbers, of shape [features] and type Float32; its
/// target the number of its class, of type Int64, or a number of type Float32, of shape [].
/// </summary>
/// <remarks>
/// The file is read once, as UTF-8 unless told otherwise; numbers are written with a point. A row with a missing field, or one that is
/// no number where one
/// is needed, is a damaged sample: named by file, line and column when it is read, or skipped.
/// </remarks>
/// <example><code>
/// CsvDataset flowers = CsvDataset.Load("iris.csv", new() { Target = "species" });
/// var (train, validation) = ClassifiedSubset.Split(flowers, validationSplit: 0.2);
/// </code></example>
public sealed class CsvDataset : IClassified, IKnownTargets
{
    private readonly string path;
    private readonly string[] header;
    private readonly (int Line, string[] Fields)[] rows;
    private readonly int target;
    private readonly int[] features;
    private readonly bool isClass;

    private CsvDataset(string path, CsvOptions options)
    {
        this.path = path;
        var text = TextFile.Read("table", path, options.Encoding, "CsvOptions.Encoding");
        (int Line, string[] Fields)[] all = [.. CsvRows.Of(text, options.Separator)];
        if (all.Length < 2)
        {
            throw new FineTuneException(
                $"'{path}' has {(all.Length == 0 ? "no line" : "one line only")}; expected a header and at least one row.");
        }

        header = all[0].Fields;
        rows = all[1..];
        target = options.Target is { } name ? Column(name) : header.Length - 1;
        features = options.Features is { } names
            ? [.. names.Select(Column)]
            : [.. Enumerable.Range(0, header.Length).Where(column => column != target)];
        if (features.Length == 0)
        {
            throw new FineTuneException($"'{path}' has no column besides the target '{header[target]}'; expected at least one.");
        }

        FeatureNames = [.. features.Select(column => header[column])];

        string[] targets = [.. rows.Where(row => row.Fields.Length == header.Length).Select(row => row.Fields[target])];
        isClass = options.TargetIsClass ?? (options.Classes is not null || targets.Any(field => Number(field) is null));
        Classes = !isClass ? [] : options.Classes ?? [.. targets.Distinct().Order(StringComparer.Ordinal)];

        var identity = new Fingerprint("table");
        string[] parts = [text, $"{options.Separator}", $"{isClass}", header[target], .. FeatureNames, "", .. Classes];
        foreach (var part in parts)
        {
            identity.Add(part);
        }

        Identity = identity.ToString();
    }

    /// <summary>The columns of the input, in order.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>The names of the classes; empty where the target is a number.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>A hash of the file as it was read, and of which columns and classes are taken from it.</summary>
    public string Identity { get; }

    /// <summary>The number of rows.</summary>
    public int Count => rows.Length;

    /// <summary>Reads a file.</summary>
    /// <exception cref="FineTuneException">
    /// It cannot be read, is of another encoding, has no rows, or lacks a column that the options name; the sentence lists those it has.
    /// </exception>
    public static CsvDataset Load(string path, CsvOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new CsvDataset(path, options ?? new());
    }

    /// <inheritdoc/>
    public Sample Read(int index, Random random)
    {
        var fields = Row(index);
        float[] inputs = [.. features.Select(column => NumberAt(index, fields, column))];
        return new Sample(tensor(inputs), isClass ? tensor((long)ClassOf(index)) : tensor(NumberAt(index, fields, target)));
    }

    /// <inheritdoc/>
    /// <exception cref="DamagedSampleException">The row has another number of fields, or its class is none of the classes.</exception>
    public int ClassOf(int index)
    {
        if (!isClass)
        {
            throw new InvalidOperationException($"The target '{header[target]}' of '{path}' is a number, not a class.");
        }

        var name = Row(index)[target];
        for (var number = 0; number < Classes.Count; number++)
        {
            if (Classes[number] == name)
            {
                return number;
            }
        }

        throw new DamagedSampleException($"{Describe(index)} is of the class '{name}'; expected one of {string.Join(", ", Classes)}.");
    }

    /// <summary>The file and the line.</summary>
    public string Describe(int index) => $"'{path}', line {rows[index].Line}";

    // Classes are known by IClassified.
    KnownTargets? IKnownTargets.Targets()
    {
        if (isClass)
        {
            return null;
        }

        var known = new List<int>();
        var numbers = new List<float>();
        for (var index = 0; index < rows.Length; index++)
        {
            if (rows[index].Fields is var fields && fields.Length == header.Length && Number(fields[target]) is { } number)
            {
                known.Add(index);
                numbers.Add(number);
            }
        }

        return known.Count == 0 ? null : new(tensor(numbers.ToArray()), known);
    }

    private static float? Number(string field) =>
        float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number) ? number : null;

    private string[] Row(int index)
    {
        var fields = rows[index].Fields;
        return fields.Length == header.Length
            ? fields
            : throw new DamagedSampleException(
                $"{Describe(index)} has {fields.Length} fields; expected {header.Length}, as in the header.");
    }

    private float NumberAt(int index, string[] fields, int column) =>
        Number(fields[column])
        ?? throw new DamagedSampleException(
            $"{Describe(index)} has '{fields[column]}' in the column '{header[column]}'; expected a finite number.");

    private int Column(string name)
    {
        var column = Array.IndexOf(header, name);
        return column >= 0 ? column : throw new FineTuneException($"'{path}' has no column '{name}'; it has {string.Join(", ", header)}.");
    }
}
