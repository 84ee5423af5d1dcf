namespace TorchSharp;

/// <summary>Disposes, at its end, everything created within it that was not detached or moved out.</summary>
public class DisposeScope : IDisposable
{
    private readonly DisposeScopeManager manager;
    private readonly DisposeScope? outer;

    // Taken from the thread's store with the first disposable, and given back: scopes come and go with each step of training.
    private HashSet<IDisposable>? disposables;

    internal DisposeScope(DisposeScopeManager manager, DisposeScope? outer) => (this.manager, this.outer) = (manager, outer);

    public int DisposablesCount => this.disposables?.Count ?? 0;

    public IReadOnlyList<IDisposable> DisposablesView => [.. this.disposables ?? []];

    public bool Contains(IDisposable disposable) => this.disposables?.Contains(disposable) == true;

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
    public void DisposeEverything()
    {
        HashSet<IDisposable>? held = this.disposables;
        this.disposables = null;
        DisposeAll(held);
    }

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        HashSet<IDisposable>? held = this.disposables;
        this.disposables = null;
        foreach (IDisposable kept in inKeep)
            if (held?.Remove(kept) == true) Add(kept);
        DisposeAll(held);
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
        if (this.disposables?.Remove(disposable) != true) return;
        DisposeScopeManager.Statistics.DisposedInScopeCount++;
        if (disposable is torch.Tensor tensor) tensor.OwningScope = null;
    }

    public void Dispose()
    {
        this.manager.Close(this);
        DisposeEverything();
    }

    internal void Add(IDisposable disposable) => (this.disposables ??= DisposeScopeManager.Current.TakeSet()).Add(disposable);

    /// <summary>Replaces one owner of a native object by another, which has taken it over.</summary>
    internal void Replace(IDisposable old, IDisposable successor)
    {
        if (this.disposables?.Remove(old) == true) this.disposables.Add(successor);
    }

    private static void DisposeAll(HashSet<IDisposable>? held)
    {
        if (held is null) return;
        DisposeScopeManager manager = DisposeScopeManager.Current;
        foreach (IDisposable disposable in held)
        {
            disposable.Dispose();
            DisposeScopeManager.Statistics.DisposedInScopeCount++;
            if (disposable is torch.Tensor tensor) tensor.OwningScope = null;
        }

        manager.GiveBack(held);
    }

    private void Move(IDisposable disposable, DisposeScope? target)
    {
        if (this.disposables?.Remove(disposable) != true) return;
        target?.Add(disposable);
        if (target is null) DisposeScopeManager.Statistics.DetachedFromScopeCount++;
        if (disposable is torch.Tensor tensor) tensor.OwningScope = target;
    }
}
