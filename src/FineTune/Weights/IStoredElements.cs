namespace FineTune.Weights;

/// <summary>The elements of a tensor that do not lie in its file as they are in memory, or that have a checksum.</summary>
internal interface IStoredElements
{
    /// <summary>Makes sure that they can be read.</summary>
    /// <exception cref="WeightsFileException">They cannot.</exception>
    void Verify();

    /// <summary>Copies them, from a position in the file on.</summary>
    /// <param name="position">Where the first one lies.</param>
    /// <param name="destination">Where to; all of it is filled.</param>
    void CopyTo(long position, Span<byte> destination);
}
