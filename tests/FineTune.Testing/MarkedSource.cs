using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace FineTune.Testing;

/// <summary>Source text in which <c>[|…|]</c> or <c>{|FT2001:…|}</c> mark where diagnostics are expected. Marks may nest.</summary>
public sealed class MarkedSource
{
    private MarkedSource(string text, IReadOnlyList<Mark> marks)
    {
        Text = text;
        Marks = marks;
    }

    /// <summary>The source without its marks.</summary>
    public string Text { get; }

    /// <summary>What is expected, in the order of the text.</summary>
    public IReadOnlyList<Mark> Marks { get; }

    /// <summary>Reads the marks; <paramref name="defaultId"/> is what <c>[|…|]</c> stands for.</summary>
    public static MarkedSource Parse(string markup, string defaultId)
    {
        var text = new StringBuilder();
        var open = new Stack<(string Id, int Start)>();
        var marks = new List<Mark>();
        for (var i = 0; i < markup.Length; i++)
        {
            if (markup.AsSpan(i).StartsWith("[|"))
            {
                open.Push((defaultId, text.Length));
                i++;
            }
            else if (markup.AsSpan(i).StartsWith("{|FT") && markup.IndexOf(':', i) is var colon and > 0)
            {
                open.Push((markup[(i + 2)..colon], text.Length));
                i = colon;
            }
            else if (open.Count > 0 && (markup.AsSpan(i).StartsWith("|]") || markup.AsSpan(i).StartsWith("|}")))
            {
                var (id, start) = open.Pop();
                marks.Add(new(id, TextSpan.FromBounds(start, text.Length)));
                i++;
            }
            else
            {
                text.Append(markup[i]);
            }
        }

        return new(text.ToString(), Sorted(marks));
    }

    /// <summary>Writes marks into a source; every one with its id, so that two renderings compare as text.</summary>
    public static string Render(string text, IEnumerable<Mark> marks)
    {
        var inserts = new List<(int Position, int Order, string Text)>();
        foreach (var mark in marks.Distinct())
        {
            inserts.Add((mark.Span.Start, 1_000_000 - mark.Span.Length, $"{{|{mark.Id}:"));
            inserts.Add((mark.Span.End, -1_000_000 + mark.Span.Length, "|}"));
        }

        var rendered = new StringBuilder(text);
        foreach (var (position, _, insert) in inserts.OrderByDescending(insert => insert.Position).ThenByDescending(insert => insert.Order))
            rendered.Insert(position, insert);
        return rendered.ToString();
    }

    /// <summary>The source with the marks that it came with, every one with its id.</summary>
    public string Render() => Render(Text, Marks);

    private static List<Mark> Sorted(IEnumerable<Mark> marks) => [.. marks.OrderBy(mark => mark.Span.Start).ThenBy(mark => mark.Span.Length)];
}

/// <summary>One expected or actual diagnostic.</summary>
public sealed record Mark(string Id, TextSpan Span);
