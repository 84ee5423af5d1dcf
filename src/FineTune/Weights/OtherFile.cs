namespace FineTune.Weights;

/// <summary>What lies in the place of weights when a download went wrong, by how it begins.</summary>
internal static class OtherFile
{
    /// <summary>What it is and what to do; null where it may be weights.</summary>
    public static string? Named(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version https://git-lfs.github.com/"u8))
        {
            return "is a Git LFS pointer and not the weights, which it stands for: fetch them with 'git lfs pull', or download the "
                + "file itself";
        }

        // What begins with the length of a header, or with a count, may begin so by chance.
        if (SafeTensorsHeader.IsLikely(start))
        {
            return null;
        }

        if (start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08]))
        {
            return "is a gzip file; unpack it first, as with gunzip";
        }

        if (start.Length >= 8 && start[4..].StartsWith("ORTM"u8))
        {
            return "is a model in ONNX Runtime's own format; take the .onnx file that it was made from";
        }

        if (start.ContainsAnyInRange((byte)0, (byte)8) || start.ContainsAnyInRange((byte)14, (byte)31))
        {
            return null;
        }

        var text = start.TrimStart("\uFEFF \t\r\n"u8);
        if (text.StartsWith("<"u8))
        {
            return "is an HTML or XML page and not weights; the download answered with a page, such as an error or a login";
        }

        return text.StartsWith("{"u8) || text.StartsWith("["u8)
            ? "is JSON text and not weights; the index of several safetensors files has a name that ends in .json"
            : null;
    }
}
