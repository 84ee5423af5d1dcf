namespace FineTune.Generators.Model;

/// <summary>A backbone whose own <c>forward</c> is a line of steps.</summary>
/// <param name="TypeName">Its class, fully qualified.</param>
/// <param name="Steps">The arguments of each step's <c>Stage</c>.</param>
/// <param name="Fields">Its private fields that they read.</param>
internal sealed record StagedModule(string TypeName, EquatableArray<string> Steps, EquatableArray<PrivateField> Fields);

/// <summary>A private field, read from outside its class.</summary>
/// <param name="Accessor">The name of what reads it.</param>
/// <param name="Name">The field's name.</param>
/// <param name="TypeName">The field's type, fully qualified.</param>
/// <param name="DeclaringType">The class that declares it, fully qualified.</param>
internal sealed record PrivateField(string Accessor, string Name, string TypeName, string DeclaringType);
