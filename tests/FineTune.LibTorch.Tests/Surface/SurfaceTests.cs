using TorchSharp;

namespace FineTune.LibTorch.Tests.Surface;

/// <summary>Holds the binding to TorchSharp's surface, as surface.txt has it (normalize.py says how it came to be).</summary>
public class SurfaceTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "FineTune.LibTorch.Tests", "Surface");

    private static readonly ILookup<char, string> Listed = File.ReadLines(Path.Combine(Folder, "surface.txt")).ToLookup(line => line[0], line => line[2..]);

    private static readonly HashSet<string> Both = [.. Listed['B']], Newer = Tagged("BNbn"), Older = Tagged("BObo");

    private static readonly HashSet<string> Mentioned = [.. Listed['W']];

    /// <summary>Members that stand in one list alone, or in none: the first word is the member's type, a reason follows the dash.</summary>
    private static readonly Dictionary<string, string> Exceptions = File.ReadLines(Path.Combine(Folder, "exceptions.txt"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(" — ", 2)).ToDictionary(parts => parts[0], parts => parts.ElementAtOrDefault(1) ?? "");

    private static readonly Type[] Types = [.. typeof(torch).Assembly.GetExportedTypes()];

    private static readonly HashSet<string> ListedTypes = [.. Listed['B'].Concat(Listed['N']).Concat(Listed['O']).Select(line => line.Split(" :: ")[0])];

    [Test]
    public void Every_public_member_is_one_of_TorchSharp_in_both_versions()
    {
        string[] foreign = [.. Types.SelectMany(type => PublicSurface.Members(type).Where(member => !IsListed(type, member))
            .Select(member => $"{PublicSurface.FullName(type)} :: {member}")).Where(member => !Exceptions.ContainsKey(member)).Order()];

        Assert.That(foreign, Is.Empty, () => string.Join('\n', foreign));
    }

    [Test]
    public void Every_exception_has_a_reason_and_is_needed()
    {
        HashSet<string> offered = [.. Types.SelectMany(type => PublicSurface.Members(type).Where(member => !IsListed(type, member)).Select(member => $"{PublicSurface.FullName(type)} :: {member}"))];

        Assert.That(Exceptions.Where(exception => exception.Value.Length < 10).Select(exception => exception.Key), Is.Empty);
        Assert.That(Exceptions.Keys.Where(exception => !offered.Contains(exception)), Is.Empty);
    }

    [Test]
    public void What_both_versions_have_and_the_binding_lacks_is_counted()
    {
        HashSet<string> offered = [.. Types.SelectMany(type => Lineage(type).SelectMany(at => PublicSurface.Members(at, overridden: true).Select(member => $"{PublicSurface.FullName(type)} :: {member}")))];
        var gap = Both.Where(member => !offered.Contains(member)).GroupBy(member => member.Split(" :: ")[0]).OrderByDescending(type => type.Count()).ToList();

        TestContext.Out.WriteLine($"{Both.Count} members are common to both versions; the binding lacks {gap.Sum(type => type.Count())}:");
        foreach (var type in gap) TestContext.Out.WriteLine($"{type.Count(),5}  {type.Key}");
        if (Environment.GetEnvironmentVariable("SURFACE_GAP") is { } file) File.WriteAllLines(file, gap.SelectMany(type => type.Order()));
        Assert.That(gap.Sum(type => type.Count()), Is.LessThan(Both.Count / 2));
    }

    /// <summary>
    /// Whether both versions have a member: in the type itself, or in one that it derives from or that derives
    /// from it, for the versions differ in where in a hierarchy a member stands. A type that the lists only
    /// mention has members that they do not state.
    /// </summary>
    private static bool IsListed(Type type, string member)
    {
        string name = PublicSurface.FullName(type);
        if (!ListedTypes.Contains(name)) return Mentioned.Contains(type.Name.Split('`')[0]);
        if (type.IsEnum) return type.GetEnumNames().All(value => Newer.Concat(Older).Where(line => line.StartsWith($"{name} :: ENUM", StringComparison.Ordinal)).All(line => line[(name.Length + 9)..].Split(',').Contains(value)));
        string[] places = [.. Lineage(type).Concat(Types.Where(other => other.IsSubclassOf(type))).Select(related => $"{PublicSurface.FullName(related)} :: {member}")];
        return member is "TYPE" ? Both.Contains($"{name} :: TYPE") : places.Any(Newer.Contains) && places.Any(Older.Contains);
    }

    private static HashSet<string> Tagged(string tags) => [.. tags.SelectMany(tag => Listed[tag])];

    private static IEnumerable<Type> Lineage(Type type)
    {
        for (Type? at = type; at is not null && at != typeof(object); at = at.BaseType) yield return at.IsGenericType ? at.GetGenericTypeDefinition() : at;
    }
}
