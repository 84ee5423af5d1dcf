namespace TorchSharp;

/// <summary>The stack of dispose scopes of each thread: what is created goes to the innermost.</summary>
public class DisposeScopeManager
{
    // More scopes than this are rarely open at a time, and a set that once held more than that many is not worth keeping.
    private const int MostSets = 8, MostInSet = 4096;

    [ThreadStatic]
    private static DisposeScopeManager? current;

    private readonly Stack<HashSet<IDisposable>> sets = new();

    private readonly Stack<DisposeScope> scopes = new();
    private readonly ThreadDisposeScopeStatistics statistics = new();

    private DisposeScopeManager()
    {
    }

    /// <summary>What has been created and disposed on this thread.</summary>
    public static ThreadDisposeScopeStatistics Statistics => Current.statistics;

    internal static DisposeScopeManager Current => current ??= new DisposeScopeManager();

    internal DisposeScope? Innermost => this.scopes.TryPeek(out DisposeScope? scope) ? scope : null;

    internal DisposeScope Open()
    {
        var scope = new DisposeScope(this, Innermost);
        this.scopes.Push(scope);
        return scope;
    }

    /// <summary>An empty set for what a scope holds.</summary>
    internal HashSet<IDisposable> TakeSet() =>
        this.sets.TryPop(out HashSet<IDisposable>? set) ? set : new HashSet<IDisposable>(ReferenceEqualityComparer.Instance);

    /// <summary>Keeps a set that a scope needs no more.</summary>
    internal void GiveBack(HashSet<IDisposable> set)
    {
        if (this.sets.Count >= MostSets || set.Count > MostInSet) return;
        set.Clear();
        this.sets.Push(set);
    }

    /// <summary>Closes a scope, and whatever was opened inside it and left open.</summary>
    internal void Close(DisposeScope scope)
    {
        if (!this.scopes.Contains(scope)) return;
        while (this.scopes.Pop() is var inner && inner != scope) inner.Dispose();
    }

    /// <summary>Hands something new to the innermost scope; null if there is none.</summary>
    internal static DisposeScope? Register(IDisposable created)
    {
        DisposeScopeManager manager = Current;
        DisposeScope? scope = manager.Innermost;
        if (scope is null)
        {
            manager.statistics.CreatedOutsideScopeCount++;
        }
        else
        {
            manager.statistics.CreatedInScopeCount++;
            scope.Add(created);
        }

        return scope;
    }
}
