using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.TrainingLoops;

/// <summary>The loops around an operation, within the function that it stands in.</summary>
internal static class Loops
{
    /// <summary>The nearest, in whose body the operation is; null where there is none.</summary>
    public static ILoopOperation? Innermost(IOperation operation) => Around(operation).FirstOrDefault();

    /// <summary>The farthest, as the one over epochs around the one over batches.</summary>
    public static ILoopOperation? Outermost(IOperation operation) => Around(operation).LastOrDefault();

    /// <summary>The keyword that a loop begins with.</summary>
    public static Location KeywordOf(ILoopOperation loop) =>
        loop.Syntax switch
        {
            ForStatementSyntax syntax => syntax.ForKeyword.GetLocation(),
            CommonForEachStatementSyntax syntax => syntax.ForEachKeyword.GetLocation(),
            WhileStatementSyntax syntax => syntax.WhileKeyword.GetLocation(),
            DoStatementSyntax syntax => syntax.DoKeyword.GetLocation(),
            var syntax => syntax.GetLocation(),
        };

    private static IEnumerable<ILoopOperation> Around(IOperation operation)
    {
        for (var outer = operation.Parent; outer is not null; outer = outer.Parent)
        {
            if (outer is IAnonymousFunctionOperation or ILocalFunctionOperation)
            {
                yield break;
            }

            if (outer is ILoopOperation loop)
            {
                yield return loop;
            }
        }
    }
}
