using System.Collections;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// One tensor or several, in order: what a model takes (token ids and their mask, a picture and a table) and what it answers (a class
/// and a box). A single tensor is one of these without a word; several stand in brackets.
/// </summary>
/// <remarks>It has no names of its own: those of a model's inputs and outputs are in its <see cref="Manifest"/>.</remarks>
/// <example><code>
/// var sample = new Sample([ids, mask], label);                      // two inputs, one target
/// using var outputs = compiled.PredictAll([ids, mask]);             // whatever the model answers
/// </code></example>
[CollectionBuilder(typeof(Tensors), nameof(Create))]
public sealed class Tensors : IReadOnlyList<Tensor>, IDisposable
{
    private readonly Tensor[] items;

    /// <summary>The tensors of an array, which stays as it is from here on.</summary>
    internal Tensors(Tensor[] items) => this.items = items;

    /// <inheritdoc/>
    public int Count => items.Length;

    /// <inheritdoc/>
    public Tensor this[int index] => items[index];

    /// <summary>A single tensor.</summary>
    /// <exception cref="ArgumentNullException">There is none.</exception>
    public static implicit operator Tensors(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new([tensor]);
    }

    /// <summary>What a collection expression makes.</summary>
    /// <exception cref="ArgumentNullException">One of them is null.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Tensors Create(ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
        }

        return new(tensors.ToArray());
    }

    /// <summary>Frees all of them.</summary>
    public void Dispose() => Array.ForEach(items, static tensor => tensor.Dispose());

    /// <inheritdoc/>
    public IEnumerator<Tensor> GetEnumerator() => ((IEnumerable<Tensor>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The one that there is.</summary>
    /// <param name="what">What they are, in the plural.</param>
    /// <param name="instead">What to do where there are more or none.</param>
    /// <exception cref="InvalidOperationException">There are more, or none.</exception>
    internal Tensor Only(string what, string instead) =>
        items is [var one] ? one : throw new InvalidOperationException($"There are {items.Length} {what}, not one; {instead}.");

    /// <summary>The same tensors, which no dispose scope holds any more.</summary>
    internal Tensors Detached() => Select(static tensor => tensor.DetachFromDisposeScope());

    /// <summary>The same done to each; itself where that changes none.</summary>
    internal Tensors Select(Func<Tensor, Tensor> change)
    {
        Tensor[]? changed = null;
        for (var i = 0; i < items.Length; i++)
        {
            var next = change(items[i]);
            if (changed is null && !ReferenceEquals(next, items[i]))
            {
                changed = [.. items];
            }

            if (changed is not null)
            {
                changed[i] = next;
            }
        }

        return changed is null ? this : new(changed);
    }
}
