using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing.Split;

/// <summary>Recognizes a name that stands for an instance member of the class around it.</summary>
internal static class OwnMember
{
    public static bool Is(SimpleNameSyntax name, ISymbol symbol) =>
        symbol is IFieldSymbol or IPropertySymbol or IMethodSymbol { MethodKind: MethodKind.Ordinary } or IEventSymbol
        && !symbol.IsStatic
        && name.Parent switch
        {
            MemberAccessExpressionSyntax access when access.Name == name => access.Expression is ThisExpressionSyntax,
            MemberBindingExpressionSyntax or NameColonSyntax or NameEqualsSyntax => false,
            AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax } assignment => assignment.Left != name,
            _ => true,
        };
}
