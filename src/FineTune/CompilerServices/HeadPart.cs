using System.ComponentModel;
using TorchSharp;

namespace FineTune.CompilerServices;

/// <summary>Finds the part of a backbone that <c>[Head("fc")]</c> beside <c>[Backbone]</c> names.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class HeadPart
{
    private const int Suggestions = 3;

    /// <summary>The part of a backbone at a path; null while there is no backbone.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="member">The name of the member that holds it.</param>
    /// <param name="path">The names from the backbone down to the part, as in <c>classifier.6</c>.</param>
    /// <exception cref="FineTuneException">There is no such part; the sentence says which names are near.</exception>
    public static torch.nn.Module? Of(torch.nn.Module? backbone, string member, string path)
    {
        if (backbone is null)
        {
            return null;
        }

        var parts = backbone.named_modules().Where(part => part.name.Length > 0).ToList();
        if (parts.Find(part => part.name == path) is { module: { } found })
        {
            return found;
        }

        var near = parts.OrderBy(part => Distance(part.name, path)).Take(Suggestions).Select(part => $"'{part.name}'").ToList();
        throw new FineTuneException(
            $"[Head(\"{path}\")] names no part of the backbone '{member}', a {backbone.GetType().Name}: "
                + (near.Count == 0
                    ? "it has none."
                    : $"near are {string.Join(", ", near)}, and its last part is '{backbone.named_children().Last().name}'."));
    }

    /// <summary>How many letters have to be put in, left out or exchanged to make one name of the other.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
