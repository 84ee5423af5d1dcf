using Microsoft.CodeAnalysis;

namespace FineTune.Portability;

/// <summary>Spells symbols as surface.txt does.</summary>
internal static class Spelling
{
    private static readonly SymbolDisplayFormat Keyword = new(miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    /// <summary>A type with its namespace and the types around it: <c>TorchSharp.torch.nn.Module&lt;T,TResult&gt;</c>.</summary>
    public static string Owner(INamedTypeSymbol type)
    {
        type = type.OriginalDefinition;
        var name = type.TypeParameters.Length == 0 ? type.Name : $"{type.Name}<{string.Join(",", type.TypeParameters.Select(parameter => parameter.Name))}>";
        return $"{(type.ContainingType is { } outer ? Owner(outer) : type.ContainingNamespace.ToDisplayString())}.{name}";
    }

    /// <summary>A member, with the parameters that a call passes: trailing optional ones may be left out.</summary>
    public static string Member(ISymbol symbol, int passed) => symbol.OriginalDefinition switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } method => $"ctor({Parameters(method.Parameters, passed)})",
        IMethodSymbol { MethodKind: MethodKind.Conversion } method => $"{(method.Name == "op_Implicit" ? "implicit" : "explicit")} {Type(method.ReturnType)}({Parameters(method.Parameters, passed)})",
        IMethodSymbol { MethodKind: MethodKind.UserDefinedOperator } method => $"operator {Operators[method.Name]}({Parameters(method.Parameters, passed)})",
        IMethodSymbol method => $"{Static(method)}{method.Name}({Parameters(method.Parameters, passed)})",
        IPropertySymbol { IsIndexer: true } property => $"this[{Parameters(property.Parameters, passed)}]",
        { } value => $"{Static(value)}value {value.Name}",
    };

    /// <summary>A member's name as arguments' names are listed under it.</summary>
    public static string Name(ISymbol symbol) => symbol is IMethodSymbol { MethodKind: MethodKind.Constructor } ? "ctor" : symbol.Name;

    private static string Static(ISymbol symbol) => symbol.IsStatic ? "static " : "";

    private static string Parameters(IEnumerable<IParameterSymbol> parameters, int passed) =>
        string.Join(",", parameters.Take(passed).Select(parameter => (parameter.RefKind == RefKind.None ? "" : "ref ") + Type(parameter.Type)));

    private static string Type(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => $"{Type(array.ElementType)}[{new string(',', array.Rank - 1)}]",
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => Type(nullable.TypeArguments[0]),
        INamedTypeSymbol { IsTupleType: true } tuple => $"({string.Join(",", tuple.TupleElements.Select(element => Type(element.Type)))})",
        INamedTypeSymbol { TypeArguments.Length: > 0 } generic => $"{generic.Name}<{string.Join(",", generic.TypeArguments.Select(Type))}>",
        { SpecialType: SpecialType.System_IntPtr } => "IntPtr",
        { SpecialType: not SpecialType.None } => type.ToDisplayString(Keyword).Split('.').Last(),
        _ => type.Name,
    };

    private static readonly Dictionary<string, string> Operators = new()
    {
        ["op_Addition"] = "+",
        ["op_Subtraction"] = "-",
        ["op_UnaryNegation"] = "-",
        ["op_Multiply"] = "*",
        ["op_Division"] = "/",
        ["op_Modulus"] = "%",
        ["op_Equality"] = "==",
        ["op_Inequality"] = "!=",
        ["op_LessThan"] = "<",
        ["op_LessThanOrEqual"] = "<=",
        ["op_GreaterThan"] = ">",
        ["op_GreaterThanOrEqual"] = ">=",
        ["op_BitwiseAnd"] = "&",
        ["op_BitwiseOr"] = "|",
        ["op_ExclusiveOr"] = "^",
        ["op_OnesComplement"] = "~",
    };
}
