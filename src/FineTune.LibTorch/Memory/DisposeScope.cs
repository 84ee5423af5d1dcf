namespace TorchSharp;

/// <summary>Disposes, at its end, everything created within it that was not detached or moved out.</summary>
public class DisposeScope : IDisposable
{
    private readonly DisposeScopeManager manager;
    private readonly DisposeScope? outer;
    private HashSet<IDisposable> disposables = new(ReferenceEqualityComparer.Instance);

    internal DisposeScope(DisposeScopeManager manager, DisposeScope? outer) => (this.manager, this.outer) = (manager, outer);

    public int DisposablesCount => this.disposables.Count;

    public IReadOnlyList<IDisposable> DisposablesView => [.. this.disposables];

    public bool Contains(IDisposable disposable) => this.disposables.Contains(disposable);

    /// <summary>Moves a disposable to the enclosing scope, or out of all scopes if there is none.</summary>
    public T MoveToOuter<T>(T disposable) where T : IDisposable
    {
        Move(disposable, this.outer);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
        => (MoveToOuter(first), MoveToOuter(second));

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third) where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
        => (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOuter((IEnumerable<IDisposable>)disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables)
    {
        foreach (IDisposable disposable in disposables) Move(disposable, this.outer);
    }

    /// <summary>Takes a disposable out of all scopes: whoever holds it disposes it.</summary>
    public T Detach<T>(T disposable) where T : IDisposable
    {
        Move(disposable, null);
        return disposable;
    }

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
        => (Detach(first), Detach(second));

    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third) where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
        => (Detach(first), Detach(second), Detach(third));

    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (IDisposable disposable in disposables) Move(disposable, null);
    }

    /// <summary>Disposes what the scope holds; the scope stays open.</summary>
    public void DisposeEverything() => DisposeEverythingBut(Enumerable.Empty<IDisposable>());

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        HashSet<IDisposable> held = this.disposables;
        this.disposables = new(ReferenceEqualityComparer.Instance);
        foreach (IDisposable kept in inKeep)
            if (held.Remove(kept)) this.disposables.Add(kept);
        foreach (IDisposable disposable in held)
        {
            disposable.Dispose();
            DisposeScopeManager.Statistics.DisposedInScopeCount++;
            if (disposable is torch.Tensor tensor) tensor.OwningScope = null;
        }
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut(Enumerable.Repeat((IDisposable)keep, 1));
        return keep;
    }

    public (T1 first, T2 second) DisposeEverythingBut<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        DisposeEverythingBut([first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third) where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        DisposeEverythingBut([first, second, third]);
        return (first, second, third);
    }

    /// <summary>Tells the scope that a disposable was disposed by hand.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        if (!this.disposables.Remove(disposable)) return;
        DisposeScopeManager.Statistics.DisposedInScopeCount++;
        if (disposable is torch.Tensor tensor) tensor.OwningScope = null;
    }

    public void Dispose()
    {
        this.manager.Close(this);
        DisposeEverything();
    }

    internal void Add(IDisposable disposable) => this.disposables.Add(disposable);

    /// <summary>Replaces one owner of a native object by another, which has taken it over.</summary>
    internal void Replace(IDisposable old, IDisposable successor)
    {
        if (this.disposables.Remove(old)) this.disposables.Add(successor);
    }

    private void Move(IDisposable disposable, DisposeScope? target)
    {
        if (!this.disposables.Remove(disposable)) return;
        target?.disposables.Add(disposable);
        if (target is null) DisposeScopeManager.Statistics.DetachedFromScopeCount++;
        if (disposable is torch.Tensor tensor) tensor.OwningScope = target;
    }
}
