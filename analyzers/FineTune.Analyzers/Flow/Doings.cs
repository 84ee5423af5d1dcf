using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// The operations of a body that may change something or call somebody: few of all there are, which to look through takes the most
/// time of a survey.
/// </summary>
/// <param name="Operations">Calls, constructions, references to methods and properties, assignments and operators.</param>
/// <param name="Compile">Whether the body has no errors.</param>
internal sealed record Doings(IReadOnlyList<IOperation> Operations, bool Compile)
{
    public static Doings In(IOperation body)
    {
        var (operations, compile) = (new List<IOperation>(), true);
        var pending = new Stack<IOperation>();
        pending.Push(body);
        while (pending.Count > 0)
        {
            var operation = pending.Pop();
            foreach (var child in operation.ChildOperations)
            {
                pending.Push(child);
            }

            switch (operation)
            {
                case IInvocationOperation or IObjectCreationOperation or IMethodReferenceOperation or IPropertyReferenceOperation
                    or IAssignmentOperation or IBinaryOperation:
                    operations.Add(operation);
                    break;
                case IInvalidOperation:
                    compile = false;
                    break;
            }
        }

        return new(operations, compile);
    }
}
