using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>An invocation or a construction whose operands are evaluated.</summary>
/// <param name="Operation">The invocation.</param>
/// <param name="Method">What is called.</param>
/// <param name="Receiver">The object that it is called on; null for a static method or a constructor.</param>
/// <param name="Arguments">The arguments, in the order of the parameters.</param>
/// <param name="Path">The path that makes the call.</param>
internal sealed record Call(IOperation Operation, IMethodSymbol Method, Value? Receiver, ImmutableArray<Value> Arguments, FlowPath Path)
{
    /// <summary>The argument of the parameter called <paramref name="name"/>; null where there is no such parameter.</summary>
    public Value? Argument(string name)
    {
        foreach (var parameter in Method.Parameters)
        {
            if (parameter.Name == name && parameter.Ordinal < Arguments.Length)
            {
                return Arguments[parameter.Ordinal];
            }
        }

        return null;
    }

    /// <summary>The receiver as the source sees it: the first argument of an extension method.</summary>
    public Value? Target => Receiver ?? (Method.IsExtensionMethod && Arguments.Length > 0 ? Arguments[0] : null);
}
