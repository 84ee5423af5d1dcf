using Microsoft.CodeAnalysis.Text;

namespace FineTune.Portability;

/// <summary>TorchSharp's public surface in both versions, as surface.txt has it; normalize.py beside that says how.</summary>
internal sealed class Surface
{
    private readonly HashSet<string> newer = [];
    private readonly HashSet<string> older = [];
    private readonly HashSet<string> types = [];
    private readonly HashSet<string> mentioned = [];
    private readonly HashSet<string> names = [];

    public Surface(SourceText text)
    {
        foreach (var line in text.Lines.Select(line => line.ToString()).Where(line => line.Length > 2))
        {
            var entry = line.Substring(2);
            switch (line[0])
            {
                case 'P':
                    names.Add(entry);
                    continue;
                case 'W':
                    mentioned.Add(entry);
                    continue;
            }

            types.Add(entry.Substring(0, entry.IndexOf(" :: ", System.StringComparison.Ordinal)));
            if (line[0] is 'B' or 'b' or 'N' or 'n')
                newer.Add(entry);
            if (line[0] is 'B' or 'b' or 'O' or 'o')
                older.Add(entry);
        }
    }

    /// <summary>
    /// Whether both versions have a member: in one of these types each, for the versions differ in where in a hierarchy
    /// a member stands. A type that the lists only mention has members that they do not state.
    /// </summary>
    public bool Has(IReadOnlyCollection<string> owners, string member) =>
        (owners.Any(owner => newer.Contains($"{owner} :: {member}")) && owners.Any(owner => older.Contains($"{owner} :: {member}")))
        || (!owners.Any(types.Contains) && owners.Any(owner => mentioned.Contains(SimpleName(owner))));

    /// <summary>Whether an argument may be passed by this name in both versions.</summary>
    public bool HasParameter(IReadOnlyCollection<string> owners, string member, string parameter) =>
        owners.Any(owner => names.Contains($"{owner} :: {member} {parameter}"));

    private static string SimpleName(string type) => type.Split('<')[0].Split('.').Last();
}
