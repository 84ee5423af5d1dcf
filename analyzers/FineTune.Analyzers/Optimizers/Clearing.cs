using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Analyzers.Optimizers;

/// <summary>What a member clears the gradients of.</summary>
/// <param name="Cleared">What <c>zero_grad</c> is called on, as the source has it.</param>
/// <param name="Made">The local variables that are declared with what a call or a construction gives: names of nothing else.</param>
/// <param name="IsByHelper">Whether it calls another method whose name says that it clears gradients.</param>
internal sealed record Clearing(HashSet<string> Cleared, HashSet<string> Made, bool IsByHelper)
{
    public static Clearing In(SyntaxNode member)
    {
        var cleared = new HashSet<string>();
        var made = new HashSet<string>();
        var isByHelper = false;
        foreach (var node in member.DescendantNodes())
        {
            if (node
                is VariableDeclaratorSyntax
                {
                    Initializer.Value: InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax
                } local)
            {
                made.Add(local.Identifier.ValueText);
            }

            if (node is not InvocationExpressionSyntax invocation)
            {
                continue;
            }

            var called = invocation.Expression switch
            {
                MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
                IdentifierNameSyntax identifier => identifier.Identifier.ValueText,
                _ => "",
            };
            if (called == "zero_grad" && invocation.Expression is MemberAccessExpressionSyntax { Expression: var receiver })
            {
                cleared.Add(receiver.ToString());
            }

            isByHelper |=
                called != "zero_grad"
                && called.IndexOf("zero", StringComparison.OrdinalIgnoreCase) >= 0
                && called.IndexOf("grad", StringComparison.OrdinalIgnoreCase) >= 0;
        }

        return new(cleared, made, isByHelper);
    }
}
