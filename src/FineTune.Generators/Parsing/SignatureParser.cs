using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Parsing;

/// <summary>Reads what a model takes and answers from the TorchSharp module that it derives from.</summary>
internal static class SignatureParser
{
    /// <summary>Null where one of its inputs is no tensor, or its result holds something else than tensors.</summary>
    public static ForwardSignature? Of(INamedTypeSymbol type, TorchTypes torch)
    {
        if (torch.ModuleOf(type) is not { TypeArguments: { Length: > 1 } types }
            || !types.Take(types.Length - 1).All(torch.IsTensor))
        {
            return null;
        }

        var result = types[types.Length - 1];
        if (Forward(type, types.Length - 1) is not { } forward || !SymbolEqualityComparer.Default.Equals(forward.ReturnType, result))
        {
            // Does not compile.
            return null;
        }

        var inputs = forward.Parameters.Select(static parameter => parameter.Name);
        if (torch.IsListOfTensors(result))
        {
            return new(new(inputs), new([]), new([]));
        }

        var (names, paths) = (new List<string>(), new List<string>());
        return Collect(result, "", "") ? new(new(inputs), new(names), new(paths)) : null;

        bool Collect(ITypeSymbol part, string name, string path)
        {
            if (torch.IsTensor(part))
            {
                names.Add(name);
                paths.Add(path);
                return true;
            }

            return part is INamedTypeSymbol { IsTupleType: true } tuple
                && tuple.TupleElements
                    .Select((element, index) => Collect(element.Type, element.Name, $"{path}.Item{index + 1}"))
                    .All(static isOfTensors => isOfTensors);
        }
    }

    private static IMethodSymbol? Forward(INamedTypeSymbol type, int count)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            var own = current.GetMembers("forward").OfType<IMethodSymbol>();
            if (own.FirstOrDefault(method => method.Parameters.Length == count) is { } forward)
            {
                return forward;
            }
        }

        return null;
    }
}
