using System.Text;

namespace FineTune.Data;

/// <summary>
/// The rows of a CSV text: fields in quotes may have separators, line breaks and doubled quotes in them (RFC 4180).
/// Empty lines are left out.
/// </summary>
internal static class CsvRows
{
    public static IEnumerable<(int Line, string[] Fields)> Of(string text, char separator)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var (line, start, quoted, wasQuoted) = (1, 1, false, false);
        for (var i = 0; i <= text.Length; i++)
        {
            var current = i < text.Length ? text[i] : '\n';
            if (quoted && i < text.Length)
            {
                if (current == '"' && i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append(text[i++]);
                }
                else if (current == '"')
                {
                    quoted = false;
                }
                else
                {
                    field.Append(current);
                }
            }
            else if (current == '"' && field.Length == 0)
            {
                quoted = wasQuoted = true;
            }
            else if (current == separator || current == '\n')
            {
                if (current == '\n' && !wasQuoted && field.Length > 0 && field[^1] == '\r')
                {
                    field.Length--;
                }

                var isEmptyLine = current == '\n' && fields.Count == 0 && field.Length == 0 && !wasQuoted;
                if (!isEmptyLine)
                {
                    fields.Add(field.ToString());
                }

                field.Clear();
                wasQuoted = false;
                if (current == '\n' && fields.Count > 0)
                {
                    yield return (start, [.. fields]);
                    fields.Clear();
                }
            }
            else if (!(wasQuoted && current == '\r'))
            {
                field.Append(current);
            }

            if (current == '\n')
            {
                line++;
            }

            if (fields.Count == 0 && field.Length == 0 && !wasQuoted)
            {
                start = line;
            }
        }
    }
}
