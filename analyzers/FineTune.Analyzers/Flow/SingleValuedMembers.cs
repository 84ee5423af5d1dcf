using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// The fields, automatic properties and parameters of primary constructors that are assigned while the object is made and never
/// again. Names decide: a name that is assigned elsewhere, be it another variable's, is not counted on.
/// </summary>
internal sealed class SingleValuedMembers(Compilation compilation)
{
    private readonly ConcurrentDictionary<SyntaxNode, Names> places = new();
    private readonly ConcurrentDictionary<ISymbol, bool> known = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a member holds what it was given when its object was made, or its class for a static one.</summary>
    public bool Contains(ISymbol member) => known.GetOrAdd(member.OriginalDefinition, IsSingleValued);

    private bool IsSingleValued(ISymbol member) =>
        member switch
        {
            IFieldSymbol { IsReadOnly: true } or IFieldSymbol { IsConst: true } => true,
            IPropertySymbol { SetMethod: null or { IsInitOnly: true } } => true,
            IFieldSymbol or IPropertySymbol or IParameterSymbol => !IsAssignedLater(member),
            _ => false,
        };

    private bool IsAssignedLater(ISymbol member)
    {
        var isPrivate = member is IParameterSymbol
            || (member is IPropertySymbol property ? property.SetMethod!.DeclaredAccessibility : member.DeclaredAccessibility)
                == Accessibility.Private;
        var visible = isPrivate
            ? Outermost(member.ContainingType).DeclaringSyntaxReferences.Select(reference => reference.GetSyntax())
            : compilation.SyntaxTrees.Select(file => file.GetRoot());
        return visible
            .Select(place => places.GetOrAdd(place, Names.AssignedIn))
            .Any(names => names.Later.Contains(member.Name) || (member.IsStatic && names.InConstructors.Contains(member.Name)));
    }

    private static INamedTypeSymbol Outermost(INamedTypeSymbol type)
    {
        while (type.ContainingType is { } outer)
        {
            type = outer;
        }

        return type;
    }

    /// <summary>The names that a class, or a whole file, assigns.</summary>
    /// <param name="Later">By code that runs when objects are there, or to members of other objects.</param>
    /// <param name="InConstructors">By constructors of objects, to their own members.</param>
    private sealed record Names(HashSet<string> Later, HashSet<string> InConstructors)
    {
        public static Names AssignedIn(SyntaxNode place)
        {
            var names = new Names([], []);
            foreach (var node in place.DescendantNodes())
            {
                switch (node)
                {
                    case AssignmentExpressionSyntax assignment:
                        names.Add(assignment.Left);
                        break;
                    case PrefixUnaryExpressionSyntax prefix when prefix.IsKind(SyntaxKind.PreIncrementExpression)
                        || prefix.IsKind(SyntaxKind.PreDecrementExpression)
                        || prefix.IsKind(SyntaxKind.AddressOfExpression):
                        names.Add(prefix.Operand);
                        break;
                    case PostfixUnaryExpressionSyntax postfix when !postfix.IsKind(SyntaxKind.SuppressNullableWarningExpression):
                        names.Add(postfix.Operand);
                        break;
                    case ArgumentSyntax argument when argument.RefKindKeyword.IsKind(SyntaxKind.RefKeyword)
                        || argument.RefKindKeyword.IsKind(SyntaxKind.OutKeyword):
                        names.Add(argument.Expression);
                        break;
                    case RefExpressionSyntax reference:
                        names.Add(reference.Expression);
                        break;
                }
            }

            return names;
        }

        private void Add(ExpressionSyntax target)
        {
            switch (target)
            {
                case TupleExpressionSyntax tuple:
                    foreach (var element in tuple.Arguments)
                    {
                        Add(element.Expression);
                    }

                    break;
                case ParenthesizedExpressionSyntax parenthesized:
                    Add(parenthesized.Expression);
                    break;
                case IdentifierNameSyntax name:
                    Add(name, ConstructorOf(name));
                    break;
                case MemberAccessExpressionSyntax access:
                    Add(access.Name, access.Expression is ThisExpressionSyntax ? ConstructorOf(access) : null);
                    break;
                case MemberBindingExpressionSyntax binding:
                    Add(binding.Name, null);
                    break;
            }
        }

        private void Add(SimpleNameSyntax name, ConstructorDeclarationSyntax? constructor)
        {
            if (constructor is null)
            {
                Later.Add(name.Identifier.ValueText);
            }
            else if (!constructor.Modifiers.Any(SyntaxKind.StaticKeyword))
            {
                InConstructors.Add(name.Identifier.ValueText);
            }
        }

        /// <summary>The constructor that runs the code at its place, where that is about the members of the class.</summary>
        private static ConstructorDeclarationSyntax? ConstructorOf(SyntaxNode target) =>
            target.Ancestors().FirstOrDefault(node =>
                node is AnonymousFunctionExpressionSyntax
                    or LocalFunctionStatementSyntax
                    or InitializerExpressionSyntax
                    or MemberDeclarationSyntax) as ConstructorDeclarationSyntax;
    }
}
