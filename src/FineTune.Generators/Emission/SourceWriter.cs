using System.Text;

namespace FineTune.Generators.Emission;

/// <summary>Writes indented C#, with <c>\n</c> line ends wherever it runs.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder text = new();
    private int depth;

    /// <summary>Writes one or more lines at the current depth. An empty line stays empty.</summary>
    public void Write(string lines)
    {
        foreach (var line in lines.Split('\n'))
        {
            var content = line.TrimEnd('\r');
            if (content.Length > 0)
            {
                text.Append(' ', 4 * depth).Append(content);
            }

            text.Append('\n');
        }
    }

    /// <summary>Writes an empty line.</summary>
    public void Separate() => text.Append('\n');

    /// <summary>Writes <paramref name="lines"/>, opens a brace, and closes it when disposed.</summary>
    public Block Open(string lines)
    {
        Write(lines);
        Write("{");
        depth++;
        return new(this);
    }

    /// <inheritdoc/>
    public override string ToString() => text.ToString();

    /// <summary>An open brace.</summary>
    public readonly struct Block(SourceWriter writer) : IDisposable
    {
        /// <summary>Closes the brace.</summary>
        public void Dispose()
        {
            writer.depth--;
            writer.Write("}");
        }
    }
}
