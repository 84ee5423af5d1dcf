namespace FineTune.Generators.Model;

/// <summary>What an annotated class inherits.</summary>
/// <param name="IsAnnotated">Whether a base class has a generated part of its own, which this one adds to.</param>
/// <param name="RegistersComponents">Whether a base class overrides <c>RegisterComponents</c> by itself.</param>
/// <param name="Opaque">Base classes without source or attributes, whose private members only reflection finds, outermost first.</param>
internal sealed record Inheritance(bool IsAnnotated, bool RegistersComponents, EquatableArray<string> Opaque);
