namespace FineTune.Generators.Model;

/// <summary>What the attributes make of a member. The names are those of the runtime's <c>MemberRole</c>.</summary>
internal enum ComponentRole
{
    /// <summary>Pre-trained; frozen in the head phase.</summary>
    Backbone,

    /// <summary>Starts from random weights; trains in every phase.</summary>
    Head,

    /// <summary>Trains in no phase.</summary>
    Frozen,
}
